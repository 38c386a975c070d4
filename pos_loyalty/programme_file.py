"""A programme's text (TOML) to its values; every fault is told with its line.

The file is checked against `_Document` section by section, so that one fault does not hide the
next; then the values are checked against one another.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, inspect, structs

from pos_loyalty.domain.programme import (
    Accounting,
    BasketBonus,
    Combine,
    Downgrade,
    Ends,
    Exclusion,
    Multiplier,
    Programme,
    Quantity,
    Review,
    Tax,
    Tier,
    Upgrade,
)
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.programme_rewards import (
    OneReward,
    RewardItem,
    Stacking,
    faults_of,
    order_of,
    rewards_of,
)
from pos_loyalty.texts import translate

VERSION_CHARACTERS = 12
"""A version is named by the first characters of its content's SHA-256."""

_CODE = "^[a-z0-9][a-z0-9_-]{0,31}$"
_CURRENCY = "^[A-Z]{3}$"
_MONTH_DAY = "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_Text = Annotated[str, Meta(min_length=1, max_length=80)]
_Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
_Positive = Annotated[int, Meta(ge=1, le=1_000_000_000)]
_Percent = Annotated[int, Meta(ge=0, le=10_000)]
_Months = Annotated[int, Meta(ge=0, le=600)]
_Part = Annotated[int, Meta(ge=1, le=100)]


class _Head(Struct, forbid_unknown_fields=True, kw_only=True):
    id: Annotated[str, Meta(pattern=_CODE)]
    name: _Text
    first_day: date
    currency: Annotated[str, Meta(pattern=_CURRENCY)] = "EUR"
    last_day: date | None = None


class _Earn(Struct, forbid_unknown_fields=True, kw_only=True):
    points: _Count
    per: _Positive
    tax: Tax = "included"
    combine: Combine = "multiply"
    visit: _Count = 0
    best_multiplier_only: bool = False


class _Expiry(Struct, forbid_unknown_fields=True, kw_only=True):
    months: _Months = 12
    ends: Ends = "anniversary"
    minimum_days: Annotated[int, Meta(ge=0, le=3_660)] = 0
    courtesy_days: _Months = 30


class _Exclusion(Struct, forbid_unknown_fields=True, kw_only=True):
    reason: _Text
    category: str = ""
    article: str = ""
    flag: str = ""
    coupons: bool = True


class _Multiplier(Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Text
    percent: _Percent
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, Meta(ge=1, le=7)], ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    flags: tuple[str, ...] = ()


class _Quantity(Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Text
    points: _Positive
    every: Annotated[int, Meta(ge=1, le=1_000)] = 1
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class _Bonus(Struct, forbid_unknown_fields=True, kw_only=True):
    threshold: _Positive
    points: _Positive


class _Tiers(Struct, forbid_unknown_fields=True, kw_only=True):
    months: Annotated[int, Meta(ge=1, le=36)] = 12
    upgrade: Upgrade = "next"
    review: Review = "rolling"
    review_day: Annotated[str, Meta(pattern=_MONTH_DAY)] = "12-31"
    grace_days: Annotated[int, Meta(ge=0, le=92)] = 0
    downgrade: Downgrade = "spend"


class _Tier(Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Text
    threshold: _Count
    percent: _Percent = 100


class _Adjustments(Struct, forbid_unknown_fields=True, kw_only=True):
    limit: _Positive


class _Accounting(Struct, forbid_unknown_fields=True, kw_only=True):
    points: _Positive = 1
    amount: _Count = 0
    use: _Part = 0
    cost: _Part = 100


_TABLES: dict[str, type[Struct]] = {
    "programme": _Head,
    "earn": _Earn,
    "expiry": _Expiry,
    "tiers": _Tiers,
    "reward": OneReward,
    "stacking": Stacking,
    "adjustments": _Adjustments,
    "accounting": _Accounting,
}
_LISTS: dict[str, type[Struct]] = {
    "exclusion": _Exclusion,
    "multiplier": _Multiplier,
    "quantity": _Quantity,
    "bonus": _Bonus,
    "tier": _Tier,
}
_ONE_OR_MORE: dict[str, type[Struct]] = {"reward": RewardItem}
"""Tables that may also be written as a list of sections, and what these are then."""
_REQUIRED = ("programme", "earn")
_PATTERNS = {_CURRENCY: Wrong.NOT_CURRENCY, _MONTH_DAY: Wrong.NOT_MONTH_DAY}
_Section = TypeVar("_Section", bound=Struct)


@dataclass(frozen=True, slots=True)
class ProgrammeFault:
    """One fault: its line (from 1), the key's path, and what is wrong, with its values."""

    line: int
    path: str
    wrong: Wrong
    values: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))

    def sentence(self, locale: str) -> str:
        """Tell the whole fault in one sentence of `locale`."""
        return translate(
            "Line {line}, {path}: {problem}.",
            locale,
            line=self.line,
            path=self.path,
            problem=translate(self.wrong, locale, **self.values),
        )


class ProgrammeFaults(LoyaltyError):
    """A programme text that cannot be used; `faults` in the order of the lines."""

    def __init__(self, faults: list[ProgrammeFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda each: (each.line, each.path)))
        super().__init__(Reason.PROGRAMME_INVALID, count=len(self.faults))


def read_programme(content: str) -> Programme:
    """Read a programme; raises `ProgrammeFaults` naming every fault with its line."""
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = int(line.group(1)) if line else content.count("\n") + 1
        raise ProgrammeFaults([ProgrammeFault(at, "file", Wrong.NOT_TOML)]) from error
    reader = _Reader(content, document)
    values = reader.values()
    if reader.faults:
        raise ProgrammeFaults(reader.faults)
    programme = _programme(content, values)
    reader.check(programme)
    if reader.faults:
        raise ProgrammeFaults(reader.faults)
    return programme


def version_of(content: str) -> str:
    """Give the name of a text's version."""
    return hashlib.sha256(content.encode()).hexdigest()[:VERSION_CHARACTERS]


class _Reader:
    """One document on its way to values, with the faults found so far."""

    def __init__(self, content: str, document: dict[str, Any]) -> None:
        self._lines = dict(_lines(content))
        self._document = document
        self.faults: list[ProgrammeFault] = []

    def values(self) -> dict[str, Any]:
        """Give the sections as structs; what is wrong goes to `faults`."""
        for name in self._document.keys() - _TABLES.keys() - _LISTS.keys():
            self._fault(name, Wrong.SECTION_UNKNOWN)
        for name in _REQUIRED:
            if name not in self._document:
                self._fault(name, Wrong.SECTION_MISSING)
        found: dict[str, Any] = {}
        many = {n: k for n, k in _ONE_OR_MORE.items() if isinstance(self._document.get(n), list)}
        for name, kind in _TABLES.items():
            if name in self._document and name not in many:
                found[name] = self._convert(name, self._document[name], kind)
        for name, kind in {**_LISTS, **many}.items():
            items = self._document.get(name, [])
            if not isinstance(items, list):
                self._fault(name, Wrong.NOT_A_LIST_OF_SECTIONS, name=name)
                continue
            found[name] = [
                self._convert(f"{name}[{index}]", item, kind) for index, item in enumerate(items)
            ]
        return found

    def check(self, programme: Programme) -> None:
        """Find values that contradict one another."""
        thresholds = [tier.threshold for tier in programme.tiers]
        if thresholds[0] != 0:
            self._fault("tier[0].threshold", Wrong.FIRST_TIER_ABOVE_ZERO)
        for index, (before, after) in enumerate(pairwise(thresholds)):
            if after <= before:
                self._fault(f"tier[{index + 1}].threshold", Wrong.TIERS_NOT_RISING)
        if not (programme.points or programme.visit or programme.quantities or programme.bonuses):
            self._fault("earn.points", Wrong.EARNS_NOTHING)
        if programme.best_multiplier_only and programme.combine != "multiply":
            self._fault("earn.best_multiplier_only", Wrong.COMBINED_TWICE)
        eased = programme.grace_days or programme.downgrade != "spend"
        if programme.review == "rolling" and eased:
            self._fault("tiers.review", Wrong.NO_REVIEW)
        for index, rule in enumerate(programme.exclusions):
            if not (rule.category or rule.article or rule.flag):
                self._fault(f"exclusion[{index}]", Wrong.EXCLUDES_NOTHING)
        for index, each in enumerate(programme.multipliers):
            if each.last_day and each.last_day < each.first_day:
                self._fault(f"multiplier[{index}].last_day", Wrong.BEFORE_FIRST_DAY)
        if programme.has_ended(programme.first_day):
            self._fault("programme.last_day", Wrong.BEFORE_FIRST_DAY)
        for path, wrong, values in faults_of(programme.rewards, programme.stacking):
            self._fault(path, wrong, **values)

    def _convert(self, path: str, value: object, kind: type[_Section]) -> _Section | None:
        """Read one section key by key, so that one fault does not hide the next."""
        if not isinstance(value, dict):
            self._fault(path, Wrong.NOT_A_SECTION, name=path.partition("[")[0])
            return None
        before = len(self.faults)
        known = {each.name: each for each in structs.fields(kind)}
        for name in value.keys() - known.keys():
            self._fault(f"{path}.{name}", Wrong.KEY_UNKNOWN)
        found = {}
        for name, each in known.items():
            if name not in value and each.required:
                self._fault(f"{path}.{name}", Wrong.KEY_MISSING)
            elif name in value:
                found[name] = self._value(f"{path}.{name}", value[name], each.type)
        return kind(**found) if len(self.faults) == before else None

    def _value(self, path: str, value: object, kind: Any) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            wrong, values = _expected(inspect.type_info(kind))
            self._fault(path, wrong, **values)
            return None

    def _fault(self, path: str, wrong: Wrong, **values: str | int) -> None:
        known = path
        while known and known not in self._lines:
            known = known.rpartition(".")[0] if "." in known else ""
        self.faults.append(ProgrammeFault(self._lines.get(known, 1), path, wrong, values))


def _expected(kind: inspect.Type) -> tuple[Wrong, dict[str, str | int]]:
    """Give what to write for a value of this kind, with the bounds it has."""
    match kind:
        case inspect.IntType(ge=int() as least, le=int() as most):
            return Wrong.NOT_WHOLE, {"minimum": least, "maximum": most}
        case inspect.StrType(pattern=str() as pattern):
            return _PATTERNS.get(pattern, Wrong.NOT_CODE), {}
        case inspect.StrType(min_length=int() as least, max_length=int() as most):
            return Wrong.NOT_TEXT, {"minimum": least, "maximum": most}
        case inspect.VarTupleType(item_type=inspect.IntType(ge=int() as least, le=int() as most)):
            return Wrong.NOT_WHOLES, {"minimum": least, "maximum": most}
        case inspect.VarTupleType():
            return Wrong.NOT_TEXTS, {}
        case inspect.LiteralType(values=values):
            return Wrong.ONE_OF, {"choices": ", ".join(f'"{each}"' for each in values)}
        case inspect.BoolType():
            return Wrong.NOT_TRUTH, {}
        case inspect.StrType():
            return Wrong.NOT_A_TEXT, {}
        case _:
            return Wrong.NOT_DAY, {}


def _lines(content: str) -> Iterator[tuple[str, int]]:
    """Give each key path of a TOML text with the line it stands on."""
    section, counts = "", dict[str, int]()
    for number, line in enumerate(content.splitlines(), 1):
        if header := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            name = header.group(1)
            section = f"{name}[{counts.get(name, 0)}]"
            counts[name] = counts.get(name, 0) + 1
            yield from ((section, number), (name, number))
        elif header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = header.group(1)
            yield section, number
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            yield (f"{section}.{key.group(1)}" if section else key.group(1)), number


def _programme(content: str, found: dict[str, Any]) -> Programme:
    head, earn = found["programme"], found["earn"]
    expiry, tiers = found.get("expiry", _Expiry()), found.get("tiers", _Tiers())
    rewards, adjustments = rewards_of(found), found.get("adjustments")
    books = found.get("accounting")
    levels = tuple(Tier(each.name, each.threshold, each.percent) for each in found["tier"])
    return Programme(
        id=head.id,
        name=head.name,
        version=version_of(content),
        first_day=head.first_day.toordinal(),
        currency=head.currency,
        points=earn.points,
        per=earn.per,
        best_multiplier_only=earn.best_multiplier_only,
        multipliers=tuple(_multiplier(each) for each in found["multiplier"]),
        exclusions=tuple(Exclusion(*structs.astuple(each)) for each in found["exclusion"]),
        bonuses=tuple(BasketBonus(each.threshold, each.points) for each in found["bonus"]),
        tiers=levels or (Tier("", 0),),
        tier_months=tiers.months,
        validity_months=expiry.months,
        courtesy_days=expiry.courtesy_days,
        reward=next((each for each in rewards if each.points and each.kind == "amount"), None),
        tax=earn.tax,
        combine=earn.combine,
        visit=earn.visit,
        quantities=tuple(Quantity(*structs.astuple(each)) for each in found["quantity"]),
        adjustment_limit=adjustments.limit if adjustments else 0,
        validity_ends=expiry.ends,
        validity_days_min=expiry.minimum_days,
        upgrade=tiers.upgrade,
        accounting=Accounting(*structs.astuple(books)) if books else None,
        review=tiers.review,
        review_day=tiers.review_day,
        grace_days=tiers.grace_days,
        downgrade=tiers.downgrade,
        rewards=rewards,
        stacking=order_of(found),
        ends_on=head.last_day.toordinal() if head.last_day else 0,
    )


def _multiplier(each: _Multiplier) -> Multiplier:
    return Multiplier(
        name=each.name,
        percent=each.percent,
        categories=each.categories,
        articles=each.articles,
        weekdays=each.weekdays,
        first_day=each.first_day.toordinal() if each.first_day else 0,
        last_day=each.last_day.toordinal() if each.last_day else 0,
        flags=each.flags,
    )
