"""A register parts from a hub, or from what one was before it was restored."""

from pos_loyalty.node.execute import Node
from pos_loyalty.store import forgetting, refused, upstream


def part(node: Node) -> None:
    """Forget all that a hub told, in short transactions; what this node told itself stays.

    Facts that the hub had set aside as known count again: another may not know them.
    """
    own = node.settings.node

    def piece() -> bool:
        with node.store.write() as tx:
            ended = [(each.inc, each.last) for each in upstream.sent(tx, own).values()]
            return forgetting.forget_some(tx, own, ended)

    def rest() -> None:
        with node.store.write() as tx:
            refused.speak(tx, own)
            upstream.want_nothing(tx)

    while node.write(piece):
        pass
    node.write(rest)
