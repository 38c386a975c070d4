"""Answers as they are remembered beside a command, and as they travel to the command line."""

from typing import Any

import msgspec
from msgspec import Struct

from pos_loyalty import answers
from pos_loyalty.answers import Unchanged
from pos_loyalty.errors import LoyaltyError, Reason

ANSWERS: dict[str, type[Struct]] = {
    kind.__name__: kind
    for kind in (
        answers.Done,
        answers.ImportNoted,
        answers.MemberView,
        answers.ScanAnswer,
        answers.BasketAnswer,
        answers.HoldAnswer,
        answers.ProofAnswer,
        answers.SaleAnswer,
        answers.ReturnAnswer,
        answers.ProgrammeAnswer,
        answers.MoveAnswer,
        answers.EventAnswer,
        answers.VoucherAnswer,
        answers.BatchStep,
    )
}
_REFUSED, _UNCHANGED = "refused", "unchanged"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def written(answer: Struct | LoyaltyError) -> bytes:
    """Write an answer or a refusal, so that `read` gives or raises it again."""
    return _encode(_parts(answer))


def read(text: bytes) -> Any:
    """Give an answer that was written; raises `LoyaltyError` where it was a refusal."""
    answer = _whole(_decode(text))
    if isinstance(answer, LoyaltyError):
        raise answer
    return answer


def written_batch(answers: list[Any]) -> bytes:
    """Write the answers of a batch."""
    return _encode([_parts(answer) for answer in answers])


def read_batch(text: bytes) -> list[Any]:
    """Give the answers of a batch; a refused command's is its error."""
    return [_whole(parts) for parts in _decode(text)]


def _parts(answer: Struct | LoyaltyError) -> tuple[Any, ...]:
    if isinstance(answer, LoyaltyError):
        return _REFUSED, answer.reason.code, answer.values
    if isinstance(answer, Unchanged):
        return _UNCHANGED, *_parts(answer.answer)
    return type(answer).__name__, answer


def _whole(parts: list[Any]) -> Any:
    name, *rest = parts
    if name == _REFUSED:
        return LoyaltyError(Reason[rest[0]], **rest[1])
    if name == _UNCHANGED:
        return Unchanged(answer=_whole(rest))
    return msgspec.convert(rest[0], ANSWERS[name])
