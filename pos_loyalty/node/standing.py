"""How a till's devices and its hub stand: told when it changes, kept for who comes later."""

from msgspec import Struct


class DeviceChanged(Struct, frozen=True, kw_only=True):
    """A device came or went, or a printer is in trouble.

    `problem` is technical: a kind of failure such as `could_not_open`, or what stops a printer,
    such as `paper out`; empty when all is well. `detail` says it to a person.
    """

    device: str
    category: str
    state: str
    power: str
    problem: str
    detail: str


class HubChanged(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How the register stands with its hub; `reason` and its sentence where something is wrong."""

    link: str
    reason: str = ""
    detail: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """What was told last: of the hub, where there is one, and of each device."""

    hub: HubChanged | None = None
    devices: tuple[DeviceChanged, ...] = ()
