"""What every order carries."""

from msgspec import Struct


class Command(Struct, frozen=True, kw_only=True, tag=True):
    """What every order carries: its id, and who gives it (a code, never a name)."""

    id: str
    actor: str = ""
