"""Clearing local tables of what nobody needs any more; facts are never cleared."""

from dataclasses import dataclass

from pos_loyalty.node.baskets import BASKET_LIFE_MS
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local, sessions

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how many days answers of commands and finished jobs are kept."""

    command_memory_days: int = 90
    finished_jobs_days: int = 30


def tidy(node: Node, keeping: Keeping) -> None:
    """Delete answers, finished jobs and baskets older than that, and sessions that are over."""

    def work() -> None:
        now = node.clock.now_ms()
        with node.store.write() as tx:
            local.drop_old_commands(tx, now - keeping.command_memory_days * DAY_MS)
            local.drop_finished_jobs(tx, now - keeping.finished_jobs_days * DAY_MS)
            local.drop_old_baskets(tx, now - BASKET_LIFE_MS)
            sessions.drop_old_sessions(tx, now)

    node.write(work)
