"""The totals of tills' own closings (the Z), kept beside what loyalty counted."""

from pos_loyalty.domain.days import iso
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local

_NAME = "z/{day}/"


class Closings:
    """What somebody typed of the Z of a business day (ordinal), by till, in minor units."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def keep_z(self, day: int, till: str, total: int) -> None:
        """Keep a till's total; a later one takes its place."""
        name = _NAME.format(day=iso(day)) + till

        def work() -> None:
            with self._node.store.write() as tx:
                local.keep_setting(tx, name, str(total).encode())

        self._node.write(work)

    def z_of(self, day: int) -> dict[str, int]:
        """Give a day's totals."""
        prefix = _NAME.format(day=iso(day))
        with self._node.store.read() as tx:
            found = local.settings_under(tx, prefix)
        return {name.removeprefix(prefix): int(value) for name, value in found}
