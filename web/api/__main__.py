"""Writes the API's description anew: `python -m web.api`."""

from pathlib import Path

from web.api.document import FILE, build, encode
from web.app import bare_app

Path(__file__).with_name(FILE).write_bytes(encode(build(bare_app())))
