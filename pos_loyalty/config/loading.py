"""From a settings file to frozen values, or to all its faults at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pos_loyalty.config.faults import ConfigError, Fault, shown
from pos_loyalty.config.hub import HubConfig
from pos_loyalty.config.kinds import EXPECTATION
from pos_loyalty.config.layers import layers, merged
from pos_loyalty.config.parsing import parse
from pos_loyalty.config.register import RegisterConfig
from pos_loyalty.config.sections import Section

Config = TypeVar("Config", bound=Section)
Place = tuple[int | str, ...]


def load_register(path: Path) -> RegisterConfig:
    """Read a register's settings and what it inherits; raises `ConfigError` with every fault."""
    return validate(merged(layers(path)), RegisterConfig, folder=path.absolute().parent)


def load_hub(path: Path) -> HubConfig:
    """Read the settings of a hub; raises `ConfigError` with every fault of the file."""
    return load(path, HubConfig)


def load(path: Path, model: type[Config]) -> Config:
    """Read any settings file against the root section that describes it."""
    return validate(parse(path), model, folder=path.absolute().parent)


def validate(content: Mapping[str, Any], model: type[Config], *, folder: Path) -> Config:
    """Check `content` section by section, so that one fault hides no other.

    Contradictions between values are looked for wherever the values themselves can be read.
    """
    faults = [unknown_key(key, (), model) for key in content if key not in model.model_fields]
    sections: dict[str, Any] = {}
    unreadable = False
    for key, field in model.model_fields.items():
        if key in content:
            try:
                sections[key] = read_section(field.annotation, content[key], folder)
            except ValidationError as error:
                unreadable = True
                details = error.errors(include_url=False)
                faults += (described(detail, key, field.annotation) for detail in details)
            else:
                faults += section_contradictions(key, sections[key])
        elif field.is_required():
            unreadable = True
            faults.append(Fault(path=key, found=None, expected="this section"))
    config = None if unreadable else model.model_validate(sections)
    if config is not None:
        faults += config.contradictions()
    if config is None or faults:
        raise ConfigError(faults)
    return config


def read_section(annotation: Any, value: Any, folder: Path) -> Any:
    return TypeAdapter(annotation).validate_python(value, context={"folder": folder})


def section_contradictions(key: str, section: Any) -> Iterator[Fault]:
    """Give a section's own contradictions with their whole path; a list of sections has none."""
    if isinstance(section, Section):
        for fault in section.contradictions():
            yield replace(fault, path=f"{key}.{fault.path}")


SHAPES = MappingProxyType(
    {
        "missing": "a value",
        "model_type": "a section with keys",
        "tuple_type": "a list in square brackets",
    }
)


def described(detail: ErrorDetails, section: str, annotation: Any) -> Fault:
    """Say one error of the checker in our words."""
    location = (section, *detail["loc"])
    if detail["type"] == "extra_forbidden":
        return unknown_key(str(location[-1]), location[:-1], model_at(annotation, detail["loc"]))
    found = None if detail["type"] == "missing" else shown(detail["input"], key=location[-1])
    if detail["type"] != EXPECTATION:
        return Fault(path=dotted(location), found=found, expected=SHAPES[detail["type"]])
    context = dict(detail["ctx"])
    sentence = context.pop("sentence")
    return Fault(path=dotted(location), found=found, expected=sentence, values=context)


def unknown_key(key: str, place: Place, model: type[BaseModel]) -> Fault:
    """Name the key that does not exist, and the one that was probably meant."""
    names = list(model.model_fields)
    near = get_close_matches(key, names, n=1)
    if near:
        sentence, values = "{suggestion}, the nearest key there is", {"suggestion": near[0]}
    else:
        sentence, values = "one of these keys: {keys}", {"keys": ", ".join(names)}
    return Fault(path=dotted((*place, key)), found=shown(key), expected=sentence, values=values)


def model_at(annotation: Any, location: Place) -> type[BaseModel]:
    """Find the section that owns the last key of `location`, seen from `annotation`."""
    model = innermost_model(annotation)
    for key in location[:-1]:
        if isinstance(key, str):
            model = innermost_model(model.model_fields[key].annotation)
    return model


def innermost_model(annotation: Any) -> type[BaseModel]:
    """Look through `| None` and `tuple[…, ...]` at the section inside."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return innermost_model(get_args(annotation)[0])


def dotted(location: Place) -> str:
    """Write a place as a person would: `devices[0].driver`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")
