"""What the command line asks about people: the same rules as on the pages, without a browser."""

from typing import Literal

from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Audit, Deed
from pos_loyalty.node.execute import Node
from pos_loyalty.node.sessions import Sessions
from pos_loyalty.node.staff import Person, Role, Staff

ORIGIN = "command-line"


class StaffOrder(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something to do about a person; `list` needs nothing else."""

    act: Literal["list", "add", "reset", "disable", "enable"]
    person: str = ""
    name: str = ""
    role: str = ""
    secret: str = ""
    stores: tuple[str, ...] = ()
    badge: str = ""

    def __repr__(self) -> str:
        """Name the order without its secrets."""
        return f"StaffOrder({self.act}, {self.person!r})"


class PersonView(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, without what they prove it with."""

    person: str
    name: str
    role: str
    stores: str
    state: str
    badge: bool


def carry_out(node: Node, order: StaffOrder) -> tuple[PersonView, ...]:
    """Do it and write it down; gives who was changed, or everybody for `list`."""
    staff = Staff(node)
    if order.act == "list":
        return tuple(map(_view, staff.all()))
    row, deed = _done(staff, order)
    if order.act in ("disable", "reset"):
        Sessions(node).end_all_of(order.person)
    Audit(node).note(deed, about=order.person, origin=ORIGIN)
    return (_view(row),)


def _done(staff: Staff, order: StaffOrder) -> tuple[Person, Deed]:
    if order.act == "add":
        if order.role not in list(Role):
            raise LoyaltyError(Reason.STAFF_INVALID, field="role")
        row = staff.add(
            order.person,
            name=order.name,
            role=Role(order.role),
            secret=order.secret,
            stores=order.stores,
            badge=order.badge,
        )
        return row, Deed.STAFF_ADDED
    if order.act == "reset":
        return staff.reset(order.person, order.secret), Deed.SECRET_RESET
    if order.act == "disable":
        return staff.disable(order.person), Deed.STAFF_DISABLED
    return staff.enable(order.person), Deed.STAFF_ENABLED


def _view(row: Person) -> PersonView:
    return PersonView(
        person=row.person,
        name=row.name,
        role=row.role,
        stores=row.stores,
        state=row.state,
        badge=bool(row.badge),
    )
