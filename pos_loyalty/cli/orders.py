"""Orders of the command line: carried out by the running register, at a hub beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pos_loyalty.cli.checks import kind_of
from pos_loyalty.cli.imports import taker
from pos_loyalty.commands import Command
from pos_loyalty.config import load_hub, load_register
from pos_loyalty.errors import LoyaltyError

ACTOR = "cli"
Do = Callable[[Command], Any]


@contextmanager
def doer(settings: Path) -> Iterator[Do]:
    """Give who carries commands out, each in a transaction of its own; a refusal is raised.

    At a register it is the daemon, or this process where none runs; a hub's is this process, on
    SQLite only while the hub rests.
    """
    if kind_of(settings) == "hub":
        from pos_loyalty.daemon.hub_node import hub_node

        with hub_node(load_hub(settings)) as node:
            yield node.execute
        return
    with taker(load_register(settings)) as (execute_many, _, _):

        def do(command: Command) -> Any:
            (answer,) = execute_many([command])
            if isinstance(answer, LoyaltyError):
                raise answer
            return answer

        yield do
