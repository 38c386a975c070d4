"""Following printed cards: which accounts their numbers have, and what became of each."""

from collections.abc import Iterable
from itertools import islice

from pos_loyalty.domain.card_batches import card_numbers
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.settings import CardRules
from pos_loyalty.store import card_batches, people
from pos_loyalty.store.card_batches import Batch
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.statements import Tx

DETACHED = "detached"
"""A card that was taken off its member can be given out again."""


def statuses(tx: Tx, accounts: Iterable[bytes]) -> list[tuple[bytes, str]]:
    """Give what became of accounts' cards, nothing for those that are free."""
    wanted = sorted(accounts)
    held = {each.account: each.status for each in people.cards_known(tx, wanted)}
    gone = {account: status for account, status in held.items() if status != DETACHED}
    return [(account, gone.get(account, "")) for account in wanted]


def fill(file: InsightFile, tx: Tx, rules: CardRules, limit: int) -> bool:
    """Look up the next cards of batches that are new; tells whether there may be more."""
    wanted = {each.name: each for each in card_batches.batches(tx)}
    known = file.card_batches()
    stale = [n for n, (count, _) in known.items() if n not in wanted or wanted[n].count != count]
    if stale:
        with file.changing():
            for name in stale:
                file.drop_batch(name)
        return True
    for name, batch in wanted.items():
        filled = known.get(name, (0, 0))[1]
        if filled < batch.count:
            _fill(file, tx, rules, batch, filled, limit)
            return True
    return False


def _fill(
    file: InsightFile, tx: Tx, rules: CardRules, batch: Batch, filled: int, limit: int
) -> None:
    count = min(limit, batch.count - filled)
    try:
        numbers = card_numbers(
            batch.prefix,
            length=rules.length_max,
            first=batch.first + filled,
            count=count,
            check=rules.check,
        )
        accounts = [rules.account(each) for each in islice(numbers, count)]
    except (ValueError, LoyaltyError):  # of a shop whose cards are others: there is none to count
        accounts = []
    with file.changing():
        if file.card_batches().get(batch.name, (0, 0))[1] == filled:
            file.fill_batch(batch.name, batch.count, filled + count, statuses(tx, accounts))
