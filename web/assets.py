"""Files of pages: each address changes with its content, so that browsers may keep it for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory, url_for

FOLDER = Path(__file__).parent / "static"
DIGITS = 12
PACKED = (".js", ".css", ".svg")
"""Texts are packed for whoever takes them so."""
PAGE_POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
"""What a page may load and run: files of this register, nothing inline, nothing from elsewhere."""


def page(text: str, status: int = 200) -> Response:
    """Give a page under the policy of pages."""
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


assets = Blueprint("assets", __name__)


@assets.get("/static/<path:name>")
def serve(name: str) -> Response:
    """Give a file; for ever under its own address, for a moment under a bare one."""
    response = send_from_directory(FOLDER, name)
    version = version_of(name)
    if name.endswith(PACKED) and request.accept_encodings["gzip"]:
        response = Response(packed(name, version), mimetype=response.mimetype)
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{version}-gzip")
        response.make_conditional(request)
    response.headers["Vary"] = "Accept-Encoding"
    known = request.args.get("v") == version
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if known else "no-cache"
    )
    return response


@cache
def packed(name: str, version: str) -> bytes:
    """Give a file's content as it travels; `version` names it."""
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


def asset(name: str) -> str:
    """Give the address of a file."""
    return url_for("assets.serve", name=name, v=version_of(name))


@cache
def version_of(name: str) -> str:
    """Name a file's content; empty for a file that is not there."""
    path = FOLDER / name
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGITS]
