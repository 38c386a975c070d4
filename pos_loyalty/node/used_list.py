"""A register's list of vouchers that are used up, as its hub tells it: what it needs offline."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from pos_loyalty.node.exchange import UsedVouchers
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local, vouchers
from pos_loyalty.store.statements import Tx

_PLACE = "used_vouchers"


class Place(Struct, frozen=True, kw_only=True):
    """How far the list was read: the number reached, below zero while a whole list is read, of
    which `key` (hex) is how far, and `until` the number to go on from."""

    epoch: str = ""
    after: int = -1
    key: str = ""
    until: int = -1


_decode = msgspec.json.Decoder(Place).decode
_encode = msgspec.json.Encoder().encode


class UsedList:
    """Follows the hub's list. Any thread may call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def place(self) -> Place:
        """Where to go on."""
        with self._node.store.read() as tx:
            return _place(tx)

    def begin_again(self) -> None:
        """Read the whole list next."""
        self._write(lambda tx: _keep(tx, Place()))

    def take(self, page: UsedVouchers) -> None:
        """Take a page of the list."""
        used = [(bytes.fromhex(voucher), day) for voucher, day in page.used]
        free = [bytes.fromhex(voucher) for voucher in page.free]

        def work(tx: Tx) -> None:
            known = _place(tx)
            today = self._node.context(tx).today
            vouchers.note_used(tx, used, free, today)
            _keep(tx, _moved(known, page))

        self._write(work)

    def _write(self, work: Callable[[Tx], None]) -> None:
        def inside() -> None:
            with self._node.store.write() as tx:
                work(tx)

        self._node.write(inside)


def _moved(known: Place, page: UsedVouchers) -> Place:
    """Give where a page leads; a list of another epoch is read from its beginning."""
    if known.epoch not in ("", page.epoch):
        return Place()
    if known.after >= 0:
        return Place(epoch=page.epoch, after=page.after)
    until = known.until if known.key else page.after
    if page.more:
        return Place(epoch=page.epoch, key=page.key, until=until)
    return Place(epoch=page.epoch, after=until)


def _place(tx: Tx) -> Place:
    found = local.setting(tx, _PLACE)
    return _decode(found) if found else Place()


def _keep(tx: Tx, place: Place) -> None:
    local.keep_setting(tx, _PLACE, _encode(place))
