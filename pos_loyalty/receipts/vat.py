"""The VAT recap of a ticket, computed from the amounts with tax, rate by rate."""

from collections.abc import Iterable

from pos_loyalty.domain.money import allocate
from pos_loyalty.ports.documents import ReceiptLine, TicketDiscount, VatShare

WHOLE = 10_000
"""One hundred percent, in hundredths of a percent."""


def net_of(gross_minor: int, rate: int) -> int:
    """Take the tax of `rate` out of an amount; halves go away from zero, so a return mirrors."""
    part = (abs(gross_minor) * WHOLE * 2 + WHOLE + rate) // ((WHOLE + rate) * 2)
    return part if gross_minor >= 0 else -part


def vat_recap(
    lines: Iterable[ReceiptLine], discounts: Iterable[TicketDiscount]
) -> tuple[VatShare, ...]:
    """Give each rate's share of the total, highest rate first; empty where a rate is unknown."""
    gross: dict[int, int] = {}
    for line in lines:
        if line.vat_rate is not None:
            gross[line.vat_rate] = gross.get(line.vat_rate, 0) + line.total_minor
        elif line.total_minor:
            return ()
    taken = dict.fromkeys(gross, 0)
    for discount in discounts:
        if discount.amount_minor and not gross:
            return ()
        for rate, amount in _spread(discount, gross):
            taken[rate] = taken.get(rate, 0) + amount
    return tuple(
        _share(rate, gross.get(rate, 0) - taken[rate]) for rate in sorted(taken, reverse=True)
    )


def _spread(discount: TicketDiscount, gross: dict[int, int]) -> Iterable[tuple[int, int]]:
    if discount.by_rate:
        return discount.by_rate
    if discount.vat_rate is not None:
        return [(discount.vat_rate, discount.amount_minor)]
    sign = 1 if discount.amount_minor >= 0 else -1
    # A discount lies on what was bought; taken back, it lies on what was returned.
    weights = [max(sign * amount, 0) for amount in gross.values()]
    if not any(weights):
        weights = [abs(amount) for amount in gross.values()]
    if not any(weights):
        weights = [1] * len(weights)
    shares = allocate(abs(discount.amount_minor), weights)
    return [(rate, sign * share) for rate, share in zip(gross, shares, strict=True)]


def _share(rate: int, gross_minor: int) -> VatShare:
    net = net_of(gross_minor, rate)
    return VatShare(rate=rate, net_minor=net, vat_minor=gross_minor - net, gross_minor=gross_minor)
