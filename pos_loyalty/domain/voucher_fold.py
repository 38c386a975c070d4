"""The fold's steps for vouchers and gift cards: an account of uses, or of minor units.

What was used is only counted; whether it was there to use is seen from the outcome. So facts may
come late, and a voucher that two tills took while neither could ask ends as used once too often,
which is shown, never refused afterwards.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from pos_loyalty.domain.account import Hold, State, Voucher, owner_of
from pos_loyalty.domain.legs import Leg, VoucherCore

_decode = msgspec.msgpack.Decoder(VoucherCore).decode


def step_voucher(state: State, leg: Leg) -> None:
    """Take a leg of a voucher's account."""
    core, voucher = _decode(leg.core), _voucher_of(state, owner_of(state, leg.account))
    voucher.holds = [hold for hold in voucher.holds if hold.until > leg.moment]
    _ACTS[core.act](voucher, core)


def left_on(voucher: Voucher, now_ms: int, *, beside: bytes = b"") -> int:
    """Give what can be used of a voucher that was issued, leaving holds open but for `beside`."""
    if voucher.ended >= 0:
        return 0
    held = sum(h.points for h in voucher.holds if h.until > now_ms and h.id != beside)
    return max(0, voucher.units - voucher.used - held)


def overused(voucher: Voucher) -> int:
    """Give what was used though it was not there."""
    if voucher.ended >= 0:
        return max(0, voucher.used - min(voucher.ended, voucher.units))
    return max(0, voucher.used - voucher.units) if voucher.number >= 0 else 0


def rows_of(state: State) -> list[tuple[bytes, int, str, bytes, str, *tuple[int, ...], str]]:
    """Give, for each voucher of a state, what lists of many vouchers use: a row of the table."""
    return [
        (
            *(state.accounts[each.owner], each.number, each.programme, each.account, each.ticket),
            *(each.amount, each.day, each.last_day, each.units, each.used, each.ended),
            *(overused(each), each.batch),
        )
        for each in state.vouchers
    ]


def _voucher_of(state: State, owner: int) -> Voucher:
    for voucher in state.vouchers:
        if voucher.owner == owner:
            return voucher
    state.vouchers.append(Voucher(owner))
    return state.vouchers[-1]


def _issue(voucher: Voucher, core: VoucherCore) -> None:
    """What was put on it before its issue was told stays on it."""
    voucher.number, voucher.programme, voucher.batch = core.number, core.programme, core.batch
    voucher.account, voucher.ticket, voucher.amount = core.account, core.ticket, core.amount
    voucher.day = core.day
    _top_up(voucher, core)


def _top_up(voucher: Voucher, core: VoucherCore) -> None:
    voucher.units += core.units
    voucher.last_day = max(voucher.last_day, core.last_day)


def _hold(voucher: Voucher, core: VoucherCore) -> None:
    """Reserve; told twice, by the till and by the hub that granted it, it is one hold."""
    _release(voucher, core)
    voucher.holds.append(Hold(core.hold, voucher.owner, core.units, core.until))


def _release(voucher: Voucher, core: VoucherCore) -> None:
    voucher.holds = [hold for hold in voucher.holds if hold.id != core.hold]


def _use(voucher: Voucher, core: VoucherCore) -> None:
    _release(voucher, core)
    voucher.used += core.units


def _give_back(voucher: Voucher, core: VoucherCore) -> None:
    voucher.used -= core.units


def _end(voucher: Voucher, core: VoucherCore) -> None:
    if voucher.ended < 0:
        voucher.ended = max(0, voucher.used)


_ACTS: Mapping[str, Callable[[Voucher, VoucherCore], None]] = MappingProxyType(
    {
        "issue": _issue,
        "top": _top_up,
        "hold": _hold,
        "release": _release,
        "use": _use,
        "back": _give_back,
        "end": _end,
    }
)
