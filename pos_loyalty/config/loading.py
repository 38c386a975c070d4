"""From a settings file to frozen values, or to all its faults at once."""

import re
import tomllib
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
from pos_loyalty.config.register import RegisterConfig
from pos_loyalty.config.sections import Section

FILE_BYTES_MAX = 1_048_576
Config = TypeVar("Config", bound=Section)
Place = tuple[int | str, ...]


def load_register(path: Path) -> RegisterConfig:
    """Read the settings of a register; raises `ConfigError` with every fault of the file."""
    return load(path, RegisterConfig)


def load_hub(path: Path) -> HubConfig:
    """Read the settings of a hub; raises `ConfigError` with every fault of the file."""
    return load(path, HubConfig)


def load(path: Path, model: type[Config]) -> Config:
    """Read any settings file against the root section that describes it."""
    return validate(parse(path), model, folder=path.absolute().parent)


def parse(path: Path) -> dict[str, Any]:
    """Read a file as TOML; its one fault names the line."""
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise ConfigError([Fault(path=str(path), found=None, expected="a settings file")])
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        fault = Fault(path=str(path), found=None, expected="a file that can be read")
        raise ConfigError([fault]) from error
    except UnicodeDecodeError as error:
        fault = Fault(path=str(path), found=f"0x{content[error.start]:02x}", expected="UTF-8")
        raise ConfigError([fault]) from error
    except (ValueError, RecursionError) as error:  # also numbers and nesting without bound
        raise ConfigError([_not_toml(path, content.decode("utf-8"), str(error))]) from error


def _not_toml(path: Path, text: str, told: str) -> Fault:
    """Name the line that the reader of TOML stopped at; the last one where it names none."""
    named = re.search(r"line (\d+)", told)
    lines = text.rstrip().splitlines() or [""]
    at = min(int(named.group(1)), len(lines)) if named else len(lines)
    found = shown(lines[at - 1].strip(), key="url")  # may hold a password, where an @ stands
    return Fault(path=f"{path}:{at}", found=found, expected="a line that TOML allows")


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
