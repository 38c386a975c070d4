"""One wrapper for every endpoint: who calls → may they → what do they send → act → answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

import msgspec
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError

from pos_loyalty.commands import Command
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.sessions import Visitor
from pos_loyalty.receipts.explained import spoken
from web.access import OPEN, Device, authorise, identify
from web.api.kinds import PATH_PARAMETERS, Form
from web.api.reading import faults_of, query_of
from web.problems import RequestRefused, reader_locale
from web.services import Services, services
from web.visitors import device_of, visitor

PREFIX = "/api/v1"
KEY_HEADER = "Idempotency-Key"
KEY_CHARACTERS_MAX = 128
KEY_PATTERN = r"^[\x21-\x7e]{1,128}$"
OPERATOR_HEADER = "Operator"
OPERATOR_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
JSON = "application/json"
CSV = "text/csv"

api = APIBlueprint("api", __name__, url_prefix=PREFIX)

FormT = TypeVar("FormT", bound=Form)
View = Callable[..., Any]


class NoForm(Form):
    """A request that brings nothing but its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one endpoint does, for whom reads its code and for its description.

    `location` gives the path of what was made, below the API's, from the answer.
    """

    id: str
    tag: str
    answer: type[msgspec.Struct] | None
    form: type[Form] = NoForm
    form_required: bool = True
    query: type[Form] = NoForm
    media: str = JSON
    writes: bool = False
    status: int = 200
    reasons: tuple[Reason, ...] = ()
    location: Callable[[Any], str] | None = None

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self.form is not NoForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[FormT]):
    """One accepted request: who calls, what they send, and what it may use."""

    services: Services
    device: Device | None
    command_id: str
    actor: str
    form: FormT
    query: Any

    def execute(self, kind: type[Command], **fields: Any) -> Any:
        """Carry out a command under the request's id; gives its answer, raises its refusal."""
        answer = self.services.node.execute(kind(id=self.command_id, actor=self.actor, **fields))
        self.services.hooks.wake()
        return answer

    def refuse_payment_card(self, text: str) -> str:
        """Give `text` back unless it holds a payment card: nothing of that goes further."""
        if text and self.services.hooks.refuses_label(bytearray(text.encode())):
            raise LoyaltyError(Reason.PAYMENT_CARD_REFUSED)
        return text


def operation(described: Operation) -> Callable[[View], View]:
    """Make a view of a function that takes a `Call` and the address's parts."""

    def decorate(view: View) -> View:
        @wraps(view)
        def serve(**parts: str) -> Response:
            call = _accepted(described)
            _check_address(parts)
            answer = view(call, **parts)
            return answer if isinstance(answer, Response) else _response(described, answer)

        serve.operation = described  # type: ignore[attr-defined]
        documented: View = api.doc(operation_id=described.id, tags=[described.tag])(serve)
        return documented

    return decorate


def _accepted(described: Operation) -> Call[Any]:
    """Authorise, then read: nobody learns more than their profile lets them."""
    found = services()
    device = None
    if described.id not in OPEN:
        device = _caller(found)
        authorise(device, described.id)
    _check_media_type(described)
    command_id, actor = _sender(described, device)
    query = _read(described.query, query_of(request.args), at="?")
    form = _read(described.form, _body(described), at="/") if described.takes_body else NoForm()
    return Call(
        services=found, device=device, command_id=command_id, actor=actor, form=form, query=query
    )


def _caller(found: Services) -> Device:
    """Give the device whose token came, or the till screen whose browser asks.

    Who sends many wrong tokens is told to wait.
    """
    authorization = request.headers.get("Authorization", "")
    session = None if authorization else visitor(found.sessions, Visitor.SCREEN)
    if session is not None and session.staff and not found.staff.is_welcome(session.staff):
        session = session._replace(staff="")
    device = device_of(session) if session else identify(found.tokens, authorization)
    if device is None:
        raise found.wrong_tokens.refusal(request.remote_addr or "")
    return device


def _check_media_type(described: Operation) -> None:
    """Refuse what is not plain JSON before anything of it is opened."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise LoyaltyError(Reason.MEDIA_TYPE_REFUSED)
    if not described.takes_body:
        return
    sends = bool(request.content_length) or "Content-Type" in request.headers
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    wrong = request.mimetype != JSON or charset not in ("utf-8", "utf8")
    if wrong and (sends or described.form_required):
        raise LoyaltyError(Reason.MEDIA_TYPE_REFUSED)


def _sender(described: Operation, device: Device | None) -> tuple[str, str]:
    """Give the command id, apart from those of other devices, and who gives the command."""
    if not described.writes or device is None:
        return "", ""
    key = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise LoyaltyError(Reason.COMMAND_ID_INVALID, maximum=KEY_CHARACTERS_MAX)
    operator = request.headers.get(OPERATOR_HEADER)
    if operator is not None and not re.fullmatch(OPERATOR_PATTERN, operator):
        raise LoyaltyError(Reason.OPERATOR_INVALID)
    # Neither a name nor a key holds a space: two devices never make one id.
    who = device.person or operator  # who signed in at a screen cannot be called otherwise
    return f"{device.name} {key}", f"{device.name}/{who}" if who else device.name


def _body(described: Operation) -> Any:
    raw = request.get_data(cache=False)
    if not raw and not described.form_required:
        return {}
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise LoyaltyError(Reason.JSON_MALFORMED) from None


def _read(form: type[Form], content: Any, *, at: str) -> Form:
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise RequestRefused(faults_of(error, at)) from None


def _check_address(parts: Mapping[str, str]) -> None:
    for name, text in parts.items():
        if not re.fullmatch(PATH_PARAMETERS[name], text):
            raise LoyaltyError(Reason.ADDRESS_UNKNOWN)


def _response(described: Operation, answer: Any) -> Response:
    answer = spoken(answer, reader_locale())
    response = Response(msgspec.json.encode(answer), status=described.status, mimetype=JSON)
    if described.location is not None:
        response.headers["Location"] = PREFIX + described.location(answer)
    return response
