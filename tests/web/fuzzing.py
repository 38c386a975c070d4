"""How the API is fuzzed: its own description, widened by what the register already knows.

Generated ids would hardly ever be right; so a copy of the description offers, beside any id, some
that exist. Every request goes through the whole application, in this process.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from copy import deepcopy
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import schemathesis
from schemathesis import AuthContext, Case, CheckContext, Config, Response
from schemathesis.generation import GenerationMode

from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.store.engine import connect, sqlite_url
from tests.web.registers import (
    API,
    DATABASE,
    PAYMENT_CARD,
    SETTINGS,
    Register,
    card,
    hurry,
    sale,
    token_of,
)
from web.access import Profile
from web.api.document import description
from web.api.operation import KEY_PATTERN

EXAMPLES = 500
JOURNEYS = 100
STEPS = 15
SEED = 20261122
DAY = "2026-11-20"
STREAMS = "streamEvents"  # a stream has tests of its own: reading one takes time

AUTHORIZATION = {"Authorization": f"Bearer {token_of(Profile.ADMIN)}"}
_ADMIN = "admin-1"
MEMBERS = tuple(SETTINGS.cards.account(card(index)).hex() for index in range(4))
BASKETS = tuple(f"basket-{index}" for index in range(4))
TICKETS = tuple(f"paris-1/1/1/{DAY}/known-{index}" for index in range(4))
HOLDS = tuple(derived_id(f"{_ADMIN} hold-{index}", 0).hex() for index in range(2))
ADJUSTMENTS = tuple(derived_id(f"{_ADMIN} adjust-{index}", 0).hex() for index in range(4))
JOBS = tuple(derived_id(f"{_ADMIN} known-{index}", 500).hex() for index in range(4))
CARDS = (*(card(index) for index in range(4)), *(card(index) for index in range(50, 54)))

KNOWN: dict[str, tuple[str, ...]] = {
    "member": MEMBERS,
    "account": MEMBERS,
    "basket": BASKETS,
    "ticket": TICKETS,
    "hold": HOLDS,
    "adjustment": ADJUSTMENTS,
    "job": JOBS,
    "card": (*CARDS, PAYMENT_CARD),
    "text": (*CARDS, PAYMENT_CARD),
    "search": ("Dup", "Durand", "0019", "+33612345"),
    "email": ("anne@example.org",),
    "phone": ("06 12 34 56 78",),
    "birth_date": ("1980-02-29",),
    "language": ("fr", "en"),
    "store": ("paris-1",),
    "till": ("1", "2"),
    "epoch": ("1",),
    "day": (DAY,),
    "number": tuple(f"known-{index}" for index in range(4)),
}


def widened() -> dict[str, Any]:
    """Give the description with known values offered wherever one could stand."""
    document: dict[str, Any] = deepcopy(msgspec.json.decode(description()))
    for path in document["paths"].values():
        for entry in path.values():
            for parameter in entry["parameters"]:
                if parameter["in"] != "header":
                    _offer(parameter, "schema", KNOWN.get(parameter["name"], ()))
    for schema in document["components"]["schemas"].values():
        if schema.get("additionalProperties") is False:  # forms only; answers stay as they are
            for name in schema["properties"]:
                _offer(schema["properties"], name, KNOWN.get(name, ()))
    return document


def _offer(holder: dict[str, Any], key: str, values: Iterable[str]) -> None:
    if values := list(values):
        holder[key] = {"anyOf": [{"enum": values}, holder[key]]}


def pristine_database(folder: Path) -> Path:
    """Make a database that holds what `KNOWN` names; gives its file."""
    with Register.opened(folder, quick=True) as register:
        populate(register)
        with register.node.store.connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / DATABASE


def populate(register: Register) -> None:
    client = register.app.test_client()

    def send(method: str, path: str, body: Any, key: str) -> None:
        answer = client.open(
            API + path, method=method, json=body, headers={**AUTHORIZATION, "Idempotency-Key": key}
        )
        assert answer.status_code < 300, answer.text

    for index in range(4):
        names = {"first_name": "Anne", "last_name": "Dupont" if index % 2 else "Durand"}
        profile = {**names, "phone": "06 12 34 56 78", "email": "anne@example.org"}
        send("POST", "/members", {"card": card(index), "profile": profile}, f"enrol-{index}")
        member = f"/members/{MEMBERS[index]}"
        send("POST", f"{member}/adjustments", {"points": 900, "reason": "x"}, f"adjust-{index}")
        known = {"day": DAY, "card": card(index), "receipt": {"channel": "paper"}}
        send("POST", "/sales", sale(f"known-{index}", 2500, **known), f"known-{index}")
        send("POST", "/baskets", {"basket": BASKETS[index]}, f"basket-{index}")
        basket = f"/baskets/{BASKETS[index]}"
        content = {"lines": sale("", 5000)["lines"]}
        send("PUT", f"{basket}/content", content, f"content-{index}")
        send("PUT", f"{basket}/member", {"card": card(index)}, f"member-{index}")
    for index in range(2):
        send("POST", f"/baskets/{BASKETS[index]}/holds", {}, f"hold-{index}")


class Stage:
    """The application that is fuzzed now: a WSGI callable whose register can be made anew."""

    def __init__(self) -> None:
        self._played = ExitStack()
        self._register: Register | None = None
        self.repeats = True  # every fourth command comes under an id that may have been used
        self._keys = count()
        self._ended: set[str] = set()

    def set_up(self, pristine: Path) -> None:
        """Begin again with a copy of a populated database: nothing of before is known."""
        self.clear()
        self._played = ExitStack()
        folder = self._played.enter_context(TemporaryDirectory(dir=pristine.parent))
        store = connect(sqlite_url(Path(shutil.copy(pristine, folder))))
        hurry(store)
        # Thousands of wrong tokens are tried to see each refused, not to hear of waiting.
        self._register = self._played.enter_context(Register.around(store, wrong_tokens_max=10**9))
        self._keys = count()
        self._ended = set()

    def clear(self) -> None:
        """Close what is open."""
        self._played.close()

    def note_endings(self, case: Case, response: Response) -> None:
        """Remember what ended otherwise than by a DELETE of itself, which the fuzzer sees."""
        if response.status_code < 300:
            operation = case.operation.definition.raw["operationId"]
            if operation == "undoEnrolment":
                self._ended.add(case.path_parameters["member"])
            elif operation == "closeSale" and isinstance(case.body, dict):
                self._ended.add(case.body.get("basket", ""))

    def has_ended(self, case: Case) -> bool:
        return not self._ended.isdisjoint((case.path_parameters or {}).values())

    def own_key(self, headers: dict[str, Any]) -> dict[str, Any]:
        """Give commands keys of their own, as their senders would, wherever a key is right."""
        key = (headers or {}).get("Idempotency-Key")
        if not isinstance(key, str) or not re.fullmatch(KEY_PATTERN, key):
            return headers
        number = next(self._keys)
        if self.repeats and number % 4 == 0:
            return headers
        return {**headers, "Idempotency-Key": f"own-{number}"}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        assert self._register is not None
        answered: Iterable[bytes] = self._register.app(environ, start)
        return answered


class Administrator:
    """Lets every case speak as a device that may do everything."""

    def get(self, case: Case, context: AuthContext) -> str:
        return AUTHORIZATION["Authorization"]

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        case.headers = {**(case.headers or {}), "Authorization": data}


def configured() -> Config:
    """Give the fuzzer's settings: nothing left to chance, every check on."""
    return Config.from_dict(
        {
            "seed": SEED,
            "generation": {
                "deterministic": True,
                "max-examples": EXAMPLES,
                "with-security-parameters": False,
            },
            "checks": {
                # A request of the right form can still be refused for what it says: a card that
                # is not the shop's, tenders that do not sum. Its form never is: see below.
                "positive_data_acceptance": {
                    "expected-statuses": [200, 201, 401, 403, 404, 409, 422]
                },
                # A text that is too long for its field may be too long for any request.
                "negative_data_rejection": {
                    "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428]
                },
            },
        }
    )


@schemathesis.check
def form_as_described(ctx: CheckContext, response: Response, case: Case) -> None:
    """What fits the description is never refused for its form."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if response.status_code in (400, 415, 422):
        reason = response.json()["reason"]
        assert reason not in ("REQUEST_INVALID", "JSON_MALFORMED", "MEDIA_TYPE_REFUSED"), (
            response.text
        )
