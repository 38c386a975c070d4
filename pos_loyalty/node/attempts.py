"""Wrong tries of people and screens, counted outside any command."""

from math import ceil

from pos_loyalty.node.execute import Node
from pos_loyalty.node.guarding import Guard as Guard


class Attempts:
    """Counts wrong tries of a kind at a node; any thread may call. Gives whole seconds."""

    def __init__(self, node: Node, guard: Guard) -> None:
        self._node = node
        self._guard = guard

    def waits(self, name: str) -> int:
        """Give how long a name must wait; counts nothing."""
        with self._node.store.read() as tx:
            return ceil(self._guard.waits_ms(self._node.context(tx), name) / 1000)

    def wrong(self, name: str) -> int:
        """Count a wrong try; gives how long its name must wait now."""

        def work() -> int:
            with self._node.store.write() as tx:
                return self._guard.wrong(self._node.context(tx), name)

        return ceil(self._node.write(work) / 1000)

    def right(self, name: str) -> None:
        """Forget what a name did wrong; writes only where there is something."""
        with self._node.store.read() as tx:
            ctx = self._node.context(tx)
            if self._guard.left(ctx, name) == self._guard.allowed:
                return

        def work() -> None:
            with self._node.store.write() as tx:
                self._guard.right(self._node.context(tx), name)

        self._node.write(work)
