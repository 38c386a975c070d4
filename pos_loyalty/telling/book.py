"""All sections of a programme's document with their words, in the order in which they are told."""

from pos_loyalty.programmes.sections import LISTS, ONE_OR_MORE, TABLES
from pos_loyalty.telling import occasions, papers, purchases, rewards, scheme, standings
from pos_loyalty.telling.words import Section, Word

_WORDED = (
    scheme.PROGRAMME,
    purchases.EARN,
    purchases.EXCLUSION,
    purchases.MULTIPLIER,
    purchases.QUANTITY,
    purchases.BONUS,
    occasions.ONCE,
    occasions.EVENT,
    standings.TIER,
    standings.TIERS,
    standings.RIGHT,
    standings.SEGMENT,
    rewards.REWARD,
    rewards.PART,
    rewards.STACKING,
    papers.STAMPS,
    papers.VOUCHER,
    papers.GIFT_CARD,
    scheme.EXPIRY,
    scheme.RETURNS,
    scheme.LIMITS,
    scheme.REDEMPTION,
    scheme.ADJUSTMENTS,
    scheme.ACCOUNTING,
    scheme.EXCHANGE,
)


def book() -> dict[str, Section]:
    """Give every section that a document may have, by name; one without words has a bare title."""
    known = {each.name: each for each in _WORDED}
    for name in (*TABLES, *LISTS):
        known.setdefault(name, Section(name=name, title=name, words={}, clauses=()))
    return known


def word_of(section: Section, key: str) -> Word:
    """Give the word of a key; one without is called by its own name."""
    return section.words.get(key) or Word(key)


def is_list(name: str) -> bool:
    """Tell whether a section may stand several times."""
    return name in LISTS or name in ONE_OR_MORE


def kind_of(name: str) -> type:
    """Give the struct of a section's entries, as forms write them."""
    return ONE_OR_MORE.get(name) or TABLES.get(name) or LISTS[name]
