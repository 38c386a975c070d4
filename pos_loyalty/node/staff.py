"""The people who may sign in: their roles, PINs and passwords, badges.

Of a PIN or password only what argon2 makes of it is kept, mixed with the chain's key: a copy of
the database alone does not let anybody try them all. Neither is ever logged.
"""

import hmac
import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.store import staff
from pos_loyalty.store.staff import Person

__all__ = ["PERSON_PATTERN", "Person", "Role", "Staff", "may"]

PERSON_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
NAME_CHARACTERS_MAX = 80
PIN_PATTERN = r"[0-9]{4,12}"
PASSWORD_CHARACTERS_MIN = 10
SECRET_CHARACTERS_MAX = 128
BADGE_CHARACTERS_MIN = 6
ACTIVE, DISABLED = "active", "disabled"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""About 20 ms and 19 MiB a try: a till has little memory, and a guess must cost something."""


Change = Callable[[Person], Person]


class Role(StrEnum):
    """What somebody may do, each with all that stands before it."""

    CASHIER = "cashier"
    MANAGER = "manager"  # of this shop
    REGIONAL = "regional"  # of several stores
    HQ = "hq"


def may(role: Role, needed: Role) -> bool:
    """Tell whether a role holds what another one may do."""
    ranks = list(Role)
    return ranks.index(role) >= ranks.index(needed)


class Staff:
    """The people of a node; any thread may call.

    Raises `LoyaltyError`: `STAFF_UNKNOWN`, `STAFF_EXISTS`, `STAFF_INVALID` with the `field` that
    is wrong, `BADGE_TAKEN`, `LAST_MANAGER`.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._key = node.settings.cards.key

    def all(self) -> list[Person]:
        """Give everybody, by name."""
        with self._node.store.read() as tx:
            return staff.staff(tx)

    def find(self, person: str) -> Person | None:
        """Give somebody by the name they sign in with, also when disabled."""
        with self._node.store.read() as tx:
            return staff.person(tx, person)

    def is_welcome(self, person: str) -> bool:
        """Tell whether somebody is there and was not shut out."""
        found = self.find(person)
        return found is not None and found.state == ACTIVE

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody can sign in as a manager yet."""
        return not any(_manages(each) for each in self.all())

    def add(
        self,
        person: str,
        *,
        name: str,
        role: Role,
        secret: str,
        stores: Sequence[str] = (),
        badge: str = "",
    ) -> Person:
        """Let somebody in from now on; a cashier by PIN, others by password."""
        self._check(person, name, role, secret)
        row = Person(
            person=person,
            name=name,
            role=role,
            stores=",".join(stores),
            secret=self._hashed(secret),
            badge=self._badge(badge),
            state=ACTIVE,
            since=self._node.clock.now_ms(),
        )

        def work() -> None:
            with self._node.store.write() as tx:
                everybody = staff.staff(tx)
                if any(each.person.lower() == person.lower() for each in everybody):
                    raise LoyaltyError(Reason.STAFF_EXISTS)
                _refuse_shared_badge(everybody, row)
                staff.keep_person(tx, row)

        self._node.write(work)
        return row

    def change(self, person: str, *, name: str, role: Role, stores: Sequence[str] = ()) -> Person:
        """Give somebody another name, role or stores.

        Who becomes a manager from a cashier needs a password: reset the secret with it.
        """
        _check_name(name)
        return self._changed(
            person, lambda row: row._replace(name=name, role=role, stores=",".join(stores))
        )

    def reset(self, person: str, secret: str) -> Person:
        """Give somebody another PIN or password."""
        _check_secret(Role(self._known(person).role), secret)
        hashed = self._hashed(secret)
        return self._changed(person, lambda row: row._replace(secret=hashed))

    def set_badge(self, person: str, badge: str) -> Person:
        """Give somebody a badge, or with an empty text none."""
        digest = self._badge(badge)
        return self._changed(person, lambda row: row._replace(badge=digest))

    def disable(self, person: str) -> Person:
        """Let somebody in no more; what they did keeps their name."""
        return self._changed(person, lambda row: row._replace(state=DISABLED))

    def enable(self, person: str) -> Person:
        """Let somebody in again."""
        return self._changed(person, lambda row: row._replace(state=ACTIVE))

    def verified(self, person: str, secret: str) -> Person | None:
        """Give who signs in with a right PIN or password; nothing for a wrong one.

        It takes as long for a name that does not exist. Telephones begin with a capital: that is
        no other name.
        """
        named = (each for each in self.all() if each.person.lower() == person.lower())
        found = next(named, None)
        hashed = found.secret if found is not None and found.secret else self._nobodys()
        try:
            _HASHER.verify(hashed, self._mixed(secret))
        except (VerifyMismatchError, InvalidHashError):
            return None
        return found if found is not None and found.state == ACTIVE else None

    def by_badge(self, badge: str) -> Person | None:
        """Give who holds a badge and may sign in."""
        if len(badge.strip()) < BADGE_CHARACTERS_MIN:
            return None
        digest = self._badge(badge)
        holders = [each for each in self.all() if hmac.compare_digest(each.badge, digest)]
        return holders[0] if holders and holders[0].state == ACTIVE else None

    def _known(self, person: str) -> Person:
        found = self.find(person)
        if found is None:
            raise LoyaltyError(Reason.STAFF_UNKNOWN)
        return found

    def _changed(self, person: str, change: Change) -> Person:
        def work() -> Person:
            with self._node.store.write() as tx:
                found = staff.person(tx, person)
                if found is None:
                    raise LoyaltyError(Reason.STAFF_UNKNOWN)
                row = change(found)._replace(since=self._node.clock.now_ms())
                everybody = [each for each in staff.staff(tx) if each.person != person]
                if _manages(found) and not any(map(_manages, [*everybody, row])):
                    raise LoyaltyError(Reason.LAST_MANAGER)
                _refuse_shared_badge(everybody, row)
                staff.keep_person(tx, row)
                return row

        return self._node.write(work)

    def _check(self, person: str, name: str, role: Role, secret: str) -> None:
        if not re.fullmatch(PERSON_PATTERN, person):
            raise LoyaltyError(Reason.STAFF_INVALID, field="person")
        _check_name(name)
        _check_secret(role, secret)

    def _hashed(self, secret: str) -> str:
        return _HASHER.hash(self._mixed(secret))

    def _nobodys(self) -> str:
        """Give a hash that no PIN or password has, to compare a stranger's try with."""
        return _HASHER.hash(self._node.random_bytes(32))

    def _mixed(self, secret: str) -> bytes:
        return hmac.digest(self._key, b"staff|" + secret.encode(), "sha256")

    def _badge(self, badge: str) -> bytes:
        text = badge.strip()
        if not text:
            return b""
        if not BADGE_CHARACTERS_MIN <= len(text) <= SECRET_CHARACTERS_MAX:
            raise LoyaltyError(Reason.STAFF_INVALID, field="badge")
        return hmac.digest(self._key, b"badge|" + text.encode(), "sha256")


def _manages(person: Person) -> bool:
    return person.state == ACTIVE and may(Role(person.role), Role.MANAGER)


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX or not name.isprintable():
        raise LoyaltyError(Reason.STAFF_INVALID, field="name")


def _check_secret(role: Role, secret: str) -> None:
    """Refuse a PIN that is no PIN, and a password that is short."""
    if len(secret) > SECRET_CHARACTERS_MAX:
        raise LoyaltyError(Reason.STAFF_INVALID, field="secret")
    if role is Role.CASHIER and not re.fullmatch(PIN_PATTERN, secret):
        raise LoyaltyError(Reason.PIN_INVALID)
    if role is not Role.CASHIER and len(secret) < PASSWORD_CHARACTERS_MIN:
        raise LoyaltyError(Reason.PASSWORD_SHORT, minimum=PASSWORD_CHARACTERS_MIN)


def _refuse_shared_badge(others: Sequence[Person], row: Person) -> None:
    if row.badge and any(hmac.compare_digest(each.badge, row.badge) for each in others):
        raise LoyaltyError(Reason.BADGE_TAKEN)
