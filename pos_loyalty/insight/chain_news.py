"""What a piece of the journal changes in what the read model has about several stores."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_rows import SpendRow
from pos_loyalty.store.insight_spends import spends_of, touched_accounts
from pos_loyalty.store.statements import Tx


@dataclass(frozen=True, slots=True)
class ChainNews:
    """The accounts that were touched, and what their tickets were paid with, as it is now."""

    accounts: frozenset[bytes]
    spends: Sequence[SpendRow]

    def keep(self, file: InsightFile) -> None:
        """Write them."""
        file.keep_spends(self.accounts, self.spends)


def chain_news(
    tx: Tx, accounts: Iterable[bytes], tickets: Iterable[str], store_of: Callable[[bytes], str]
) -> ChainNews:
    """Give what accounts and the holders of tickets are now; `store_of` a node."""
    touched = touched_accounts(tx, accounts, tickets)
    return ChainNews(accounts=frozenset(touched), spends=spends_of(tx, touched, store_of))
