"""Walks the settings' models, for tests that compare them with examples and documentation."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def sections_of(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Give each section's name with the model of its keys."""
    for name, field in model.model_fields.items():
        yield name, section_model(field.annotation)


def section_model(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return section_model(get_args(annotation)[0])
