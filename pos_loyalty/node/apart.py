"""Who is not the same person though it looks so: what somebody decided, kept on this node."""

from pos_loyalty.node.execute import Node
from pos_loyalty.store import local

_PREFIX = "apart/"
Pair = tuple[str, str]


def pair(one: str, other: str) -> Pair:
    """Give two members (hex) in the order in which they are kept."""
    return (one, other) if one < other else (other, one)


class Apart:
    """Pairs of members that somebody told apart; any thread may ask."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def pairs(self) -> set[Pair]:
        """Give all of them."""
        with self._node.store.read() as tx:
            rows = local.settings_under(tx, _PREFIX)
        return {pair(*name.removeprefix(_PREFIX).split("/")) for name, _ in rows}

    def tell(self, one: str, other: str) -> None:
        """Keep that two members are two people."""
        name = _name(one, other)

        def work() -> None:
            with self._node.store.write() as tx:
                local.keep_setting(tx, name, b"")

        self._node.write(work)

    def ask_again(self, one: str, other: str) -> None:
        """Forget that two members are two people."""
        name = _name(one, other)

        def work() -> None:
            with self._node.store.write() as tx:
                local.drop_setting(tx, name)

        self._node.write(work)


def _name(one: str, other: str) -> str:
    return _PREFIX + "/".join(pair(one, other))
