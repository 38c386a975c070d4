"""Registers for the tests of the web: one served for a module, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.registers import Caller, Register


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    folder: Path = tmp_path_factory.mktemp("register")
    with Register.opened(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def caller(register: Register) -> Iterator[Caller]:
    """Give a program that talks to the register as its administrator."""
    with register.served() as served:
        yield served
