"""Paths on the command line: one that cannot be used is refused like anything else, as a reason."""

import os
from pathlib import Path

import click

from pos_loyalty.errors import LoyaltyError, Reason

SETTINGS = click.Path(path_type=Path)
"""A settings file: whoever reads it tells what is wrong with it, its absence included."""


class _Readable(click.ParamType[Path]):
    """A file that is there and can be read."""

    name = "file"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        path = Path(value)
        if not path.is_file() or not os.access(path, os.R_OK):
            raise LoyaltyError(Reason.FILE_UNREADABLE, name=str(path))
        return path


class _Writable(click.ParamType[Path]):
    """A file that can be made, or written anew, in a folder that is there."""

    name = "file"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        path = Path(value)
        target = path if path.exists() else path.absolute().parent
        fits = not path.is_dir() and path.absolute().parent.is_dir()
        if not fits or not os.access(target, os.W_OK):
            raise LoyaltyError(Reason.FILE_UNWRITABLE, name=str(path))
        return path


READABLE, WRITABLE = _Readable(), _Writable()
