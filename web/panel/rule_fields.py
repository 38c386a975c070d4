"""The fields of a form, made of a section of a programme's document: kinds, words, faults.

What is typed becomes a value of the document whether or not it is right; the check of the
document says what is wrong, and its sentence stands at the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import get_day_names
from msgspec import inspect, structs
from werkzeug.datastructures import MultiDict

from pos_loyalty.domain.profile import FIELDS
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import ProgrammeFault
from pos_loyalty.programmes.forms import default_of
from pos_loyalty.programmes.kinds import TIME
from pos_loyalty.telling.book import kind_of, word_of
from pos_loyalty.telling.words import Section, Word
from pos_loyalty.texts import translate
from web.panel.member import FIELD_TITLES
from web.panel.reading import cents_in, number_in
from web.panel.shown import MINOR

PREFIX = "key-"
AT_A_FIELD: Mapping[Wrong, str] = {
    Wrong.KEY_MISSING: "Fill this in.",
    Wrong.NOT_WHOLE: "Write a whole number from {minimum} to {maximum}.",
    Wrong.NOT_WHOLES: "Write whole numbers from {minimum} to {maximum}.",
    Wrong.NOT_TEXT: "Write {minimum} to {maximum} characters.",
    Wrong.NOT_DAY: "Choose a day.",
    Wrong.NOT_TIME: "Write a time, such as 17:30.",
    Wrong.NOT_MONTH_DAY: "Write a month and a day, such as 06-30.",
    Wrong.NOT_RATE: "Write a rate above zero, such as 1.04.",
    Wrong.ONE_OF: "Choose one of those offered.",
    Wrong.EARNS_NOTHING: "Nothing earns: give points here or for a visit, or add points by "
    "quantity or a basket bonus.",
    Wrong.BUNDLE_OF_NOTHING: "Add under “Bundles” what goes into it.",
    Wrong.KEY_OF_OTHER_KIND: "Leave it empty: what you chose does not use it.",
    Wrong.NO_REVIEW: "It is for a review only: choose one, or leave the grace and what follows.",
}
"""What is wrong, for somebody who fills in a form instead of writing a file."""
NOT_MONEY = "Write an amount of at least {minimum}, such as 12.50."


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleField:
    """A field as it is drawn: `widget` names how, `value` is what stands in it.

    `choices` are values with their titles; `only` are the kinds of entry that use it.
    """

    key: str
    word: Word
    widget: str
    value: Any
    choices: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    required: bool = False
    is_default: bool = False
    locale: str = "fr"

    @property
    def id(self) -> str:
        """What the page calls it."""
        return PREFIX + self.key

    @property
    def example(self) -> str:
        """What might stand in it, as the reader writes amounts."""
        text = self.word.example
        english = self.widget == "money" and self.locale == "en"
        return text.replace(",", ".") if english else text

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown at once although most shops leave it."""
        return not self.word.rare or bool(self.faults) or not self.is_default


def fields_of(
    section: Section,
    values: Mapping[str, Any],
    *,
    faults: Sequence[ProgrammeFault],
    locale: str,
    offered: Mapping[str, Sequence[str]],
) -> list[RuleField]:
    """Give the fields of an entry; `faults` are those of its keys, `offered` names of others."""
    found = []
    for each in structs.fields(kind_of(section.name)):
        word = word_of(section, each.name)
        kind = inspect.type_info(each.type)
        default = default_of(each)
        told = [fault for fault in faults if fault.path.rpartition(".")[2] == each.name]
        found.append(
            RuleField(
                key=each.name,
                word=word,
                widget=_widget(kind, word),
                value=_shown(values.get(each.name, default), word, locale),
                choices=_choices(kind, word, locale, offered),
                faults=tuple(sentence_at(fault, word, locale) for fault in told),
                required=each.required,
                is_default=values.get(each.name, default) == default,
                locale=locale,
            )
        )
    return found


def read_fields(section: Section, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Give what was typed as values of the document; what says the default is left out."""
    found: dict[str, Any] = {}
    for each in structs.fields(kind_of(section.name)):
        word = word_of(section, each.name)
        value = _typed(
            sent.getlist(PREFIX + each.name), _widget(inspect.type_info(each.type), word)
        )
        default = default_of(each)
        if value is not None and (each.required or value != default):
            found[each.name] = value
    return found


def sentence_at(fault: ProgrammeFault, word: Word, locale: str) -> str:
    """Tell a fault to somebody who fills in a form."""
    values = dict(fault.values)
    english = AT_A_FIELD.get(fault.wrong)
    if fault.wrong is Wrong.NOT_WHOLE and word.unit == "money":
        english = NOT_MONEY
        values = {name: money_text(int(value), locale) for name, value in values.items()}
    told = translate(english or fault.wrong, locale, **values)
    return told if english else f"{told[:1].upper()}{told[1:]}."


def money_text(minor: int, locale: str) -> str:
    """Write minor units as somebody types them."""
    whole, rest = divmod(minor, MINOR)
    return f"{whole}{'.' if locale == 'en' else ','}{rest:02d}"


def _widget(kind: inspect.Type, word: Word) -> str:
    match kind:
        case inspect.UnionType(types=types):
            return _widget(next(e for e in types if not isinstance(e, inspect.NoneType)), word)
        case inspect.BoolType():
            return "check"
        case inspect.IntType():
            return "money" if word.unit == "money" else "number"
        case inspect.DateType():
            return "date"
        case inspect.LiteralType():
            return "select"
        case inspect.VarTupleType(item_type=inspect.LiteralType()):
            return "order"
        case inspect.VarTupleType(item_type=item):
            if word.offers:
                return "checks"
            return "numbers" if isinstance(item, inspect.IntType) else "list"
        case inspect.StrType(pattern=pattern) if pattern == TIME:
            return "time"
    return "select" if word.offers else "text"


def _choices(
    kind: inspect.Type, word: Word, locale: str, offered: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    if word.offers == "weekdays":
        names = get_day_names("wide", locale=locale)
        return tuple((str(day), str(names[day - 1])) for day in range(1, 8))
    if word.offers == "profile":
        return tuple((each, translate(FIELD_TITLES.get(each, each), locale)) for each in FIELDS)
    if word.offers:
        return tuple((each, each) for each in offered.get(word.offers, ()))
    values = _literals(kind)
    return tuple((each, translate(word.choices.get(each, each), locale)) for each in values)


def _literals(kind: inspect.Type) -> Sequence[str]:
    match kind:
        case inspect.LiteralType(values=values):
            return [str(each) for each in values]
        case inspect.UnionType(types=types):
            return [value for each in types for value in _literals(each)]
        case inspect.VarTupleType(item_type=item):
            return _literals(item)
    return ()


def _shown(value: Any, word: Word, locale: str) -> Any:
    """Give a value of the document as a field holds it; a wrong one as it was typed."""
    if isinstance(value, list | tuple):
        many = [str(each) for each in value]
        return tuple(many)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and word.unit == "money":
        return money_text(value, locale)
    return "" if value is None else str(value)


def _typed(sent: Sequence[str], widget: str) -> Any:
    """Give what was typed as a value of the document; nothing where nothing was."""
    texts = [text.strip() for text in sent if text.strip()]
    if widget == "check":
        return bool(texts)
    if not texts:
        return None
    if widget in ("number", "money"):
        number = (cents_in if widget == "money" else number_in)(texts[0])
        return texts[0] if number is None else number
    if widget in ("checks", "order"):
        return [int(text) if text.isascii() and text.isdigit() else text for text in texts]
    if widget in ("list", "numbers"):
        parts = [part.strip() for part in texts[0].replace("\n", ",").split(",") if part.strip()]
        numbers = [number_in(part) if widget == "numbers" else None for part in parts]
        return [
            part if number is None else number for part, number in zip(parts, numbers, strict=True)
        ]
    return texts[0]
