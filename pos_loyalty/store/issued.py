"""The vouchers and gift cards that a ticket brought, as a receipt or a screen shows them.

No table has a code. Whoever has the chain's key writes it again from the ticket.
"""

from msgspec.structs import replace

from pos_loyalty.answers import IssuedVoucher, VoucherView
from pos_loyalty.domain.days import NEVER, day_of, iso
from pos_loyalty.domain.programme import Programme, VoucherRule
from pos_loyalty.domain.voucher_codes import account_of, batch_code, code_of, grouped
from pos_loyalty.domain.voucher_views import BatchCode, BatchCodes, BatchView
from pos_loyalty.domain.vouchers import cards_sold
from pos_loyalty.events import SaleClosed
from pos_loyalty.store import vouchers
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.vouchers import BatchRow, VoucherRow


def views(programme: Programme | None, sale: SaleClosed) -> tuple[IssuedVoucher, ...]:
    """Give the vouchers and gift cards that a ticket brought, without their codes."""
    if programme is None or not sale.issued:
        return ()
    day, rules = day_of(sale.day), {each.number: each for each in programme.vouchers}
    cards = programme.gift_cards
    values = iter([value for _, value in cards_sold(cards, sale.lines)] if cards else [])
    found = []
    for each in sale.issued:
        rule = rules.get(each.number)
        if rule is not None:
            found.append(_view(each.voucher, rule, day))
        elif cards is not None:
            last = cards.last_day(day)
            found.append(
                IssuedVoucher(
                    voucher=each.voucher,
                    label=cards.label,
                    amount=next(values),
                    last_day="" if last == NEVER else iso(last),
                    gift_card=True,
                )
            )
    return tuple(found)


def _view(voucher: str, rule: VoucherRule, day: int) -> IssuedVoucher:
    return IssuedVoucher(
        voucher=voucher,
        label=rule.label,
        amount=rule.amount,
        percent=rule.percent,
        last_day=iso(day + rule.days),
    )


def with_codes(
    found: tuple[IssuedVoucher, ...], sale: SaleClosed, *, key: bytes, ticket: str
) -> tuple[IssuedVoucher, ...]:
    """Write the codes of what a ticket brought; `key` is the chain's."""
    day = day_of(sale.day)
    codes = [code_of(key, ticket, at, each.number, day) for at, each in enumerate(sale.issued)]
    return tuple(replace(each, code=grouped(code)) for each, code in zip(found, codes, strict=True))


def batch_view(programme: Programme | None, row: BatchRow) -> BatchView:
    """Show a batch as it stands; `programme` is that of its day."""
    rules = programme.vouchers if programme else ()
    return BatchView(
        batch=row.batch,
        label=next((each.label for each in rules if each.number == row.number), ""),
        number=row.number,
        day=iso(row.day),
        last_day=iso(row.last_day),
        count=row.size,
        used=row.used,
        ended=row.ended,
        owned=row.owned,
    )


def batch_codes(tx: Tx, key: bytes, batch: BatchRow, after: str, limit: int) -> BatchCodes:
    """Write codes of a batch that can still be used, behind those up to `after`.

    Unbound ones come in their order, those of members in that of their accounts.
    """
    if batch.owned:
        rows = vouchers.in_batch(tx, batch.batch, bytes.fromhex(after), limit)
        marked: list[tuple[int | str, VoucherRow]] = [(r.account.hex(), r) for r in rows]
        reached = rows[-1].voucher.hex() if len(rows) == limit else ""
    else:
        first = int(after or "0")
        marks = range(first, min(first + limit, batch.size))
        accounts = [_account(key, batch, mark) for mark in marks]
        known = {row.voucher: row for row in vouchers.rows_of(tx, accounts)}
        marked = [
            (mark, known[account])
            for mark, account in zip(marks, accounts, strict=True)
            if account in known
        ]
        reached = str(first + limit) if first + limit < batch.size else ""
    codes = (_batch_code(key, mark, row) for mark, row in marked if row.left)
    return BatchCodes(codes=tuple(codes), reached=reached)


def _account(key: bytes, batch: BatchRow, mark: int) -> bytes:
    return account_of(key, batch_code(key, batch.batch, mark, batch.number, batch.day))


def _batch_code(key: bytes, mark: int | str, row: VoucherRow) -> BatchCode:
    return BatchCode(
        voucher=row.voucher.hex(),
        code=grouped(batch_code(key, row.batch, mark, row.number, row.day)),
        last_day=iso(row.last_day),
        member=row.account.hex(),
    )


def shown(programme: Programme | None, row: VoucherRow) -> VoucherView:
    """Show a voucher as it stands; `programme` is that of the day on which it was issued."""
    rules = programme.vouchers if programme else ()
    label = next((each.label for each in rules if each.number == row.number), "")
    if programme is not None and programme.gift_cards is not None and row.number == 0:
        label = programme.gift_cards.label
    return VoucherView(
        voucher=row.voucher.hex(),
        label=label,
        units=row.units,
        left=row.left,
        overused=row.overused,
        day=iso(row.day) if row.day else "",
        last_day=iso(row.last_day) if 0 < row.last_day < NEVER else "",
        ticket=row.ticket,
        gift_card=row.number == 0,
        cancelled=row.ended >= 0,
    )
