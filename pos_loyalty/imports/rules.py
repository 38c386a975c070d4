"""What an import has to know of the shop; values only, they go to another process."""

from dataclasses import dataclass

from pos_loyalty.settings import CardRules, NodeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """The shop's zone and closing time, and which codes are its cards.

    `store` and `till` stand in for what a file leaves out; empty means the node's own.
    """

    zone: str
    closes_at: int = 0
    store: str = ""
    till: str = ""
    cards: CardRules


def rules_of(settings: NodeSettings, *, store: str = "", till: str = "") -> ImportRules:
    """Give a node's rules without its key."""
    cards = settings.cards
    return ImportRules(
        zone=settings.zone,
        closes_at=settings.closes_at,
        store=store,
        till=till,
        cards=CardRules(
            key=b"",
            scheme=cards.scheme,
            prefixes=cards.prefixes,
            length_min=cards.length_min,
            length_max=cards.length_max,
            check=cards.check,
        ),
    )
