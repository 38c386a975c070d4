"""Ways in which the same facts may arrive, and how many worlds a property looks at."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from pos_loyalty.events import Fact
from tests.journal.tills import in_order

quick = settings(
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The same worlds in each run: a failure is found again by running the test again."""

ORDERS: dict[str, Callable[[list[Fact]], list[list[Fact]]]] = {
    "one batch": lambda facts: [facts],
    "one by one": lambda facts: [[fact] for fact in facts],
    "newest first": lambda facts: [[fact] for fact in reversed(in_order(facts))],
    "everything twice": lambda facts: [[fact] for fact in facts] + [facts[::-1]],
}


def batches(data: st.DataObject, facts: list[Fact]) -> list[list[Fact]]:
    """Cut facts into batches at random places."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(facts)), max_size=4)))
    return [facts[a:b] for a, b in zip([0, *cuts], [*cuts, len(facts)], strict=True)]
