"""The draft of a programme: kept on the node until it is published or given up.

It stands in the local tables, so that it outlives the browser, the session and a restart.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local
from pos_loyalty.store.statements import Tx

SETTING = "programme-draft"
UNDO_MAX = 20
"""So many steps can be undone."""


class Draft(Struct, frozen=True, kw_only=True):
    """A draft's text as it was changed at a moment (Unix ms) by `actor`.

    `base` is the version that it began with, if any; `revision` counts its changes; `past` are
    the texts before, the newest last.
    """

    text: str
    base: str = ""
    at: int = 0
    actor: str = ""
    revision: int = 0
    past: tuple[str, ...] = ()


_decode = msgspec.json.Decoder(Draft).decode


class Drafts:
    """The node's draft; any thread may call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def found(self) -> Draft | None:
        """Give the draft, where there is one."""
        with self._node.store.read() as tx:
            return _read(tx)

    def needed(self) -> Draft:
        """Give the draft; raises `LoyaltyError` (`DRAFT_MISSING`)."""
        draft = self.found()
        if draft is None:
            raise LoyaltyError(Reason.DRAFT_MISSING)
        return draft

    def begin(self, text: str, *, base: str = "", actor: str) -> Draft:
        """Put a draft in the place of what there was; that can be undone."""
        return self._changed(lambda known: _next(known, text, base=base), actor)

    def keep(self, text: str, *, revision: int, actor: str) -> Draft:
        """Keep a change; the same text is none.

        Raises `LoyaltyError`: `DRAFT_MISSING`, or `DRAFT_CHANGED` where somebody else changed it
        after `revision`.
        """

        def change(known: Draft | None) -> Draft:
            if known is None:
                raise LoyaltyError(Reason.DRAFT_MISSING)
            if known.revision != revision:
                raise LoyaltyError(Reason.DRAFT_CHANGED)
            return known if known.text == text else _next(known, text, base=known.base)

        return self._changed(change, actor)

    def undo(self, *, actor: str) -> Draft:
        """Take the last change back; raises `DRAFT_MISSING` where there is none."""

        def change(known: Draft | None) -> Draft:
            if known is None or not known.past:
                raise LoyaltyError(Reason.DRAFT_MISSING)
            *past, text = known.past
            revision = known.revision + 1
            return msgspec.structs.replace(known, text=text, past=tuple(past), revision=revision)

        return self._changed(change, actor)

    def discard(self) -> None:
        """Give the draft up."""

        def work() -> None:
            with self._node.store.write() as tx:
                local.drop_setting(tx, SETTING)

        self._node.write(work)

    def _changed(self, change: Callable[[Draft | None], Draft], actor: str) -> Draft:
        def work() -> Draft:
            with self._node.store.write() as tx:
                known = _read(tx)
                draft = change(known)
                if draft is not known:
                    now = self._node.clock.now_ms()
                    draft = msgspec.structs.replace(draft, at=now, actor=actor)
                    local.keep_setting(tx, SETTING, msgspec.json.encode(draft))
                return draft

        return self._node.write(work)


def _read(tx: Tx) -> Draft | None:
    found = local.setting(tx, SETTING)
    return _decode(found) if found else None


def _next(known: Draft | None, text: str, *, base: str) -> Draft:
    if known is None:
        return Draft(text=text, base=base, revision=1)
    past = (*known.past, known.text)[-UNDO_MAX:]
    return Draft(text=text, base=base, revision=known.revision + 1, past=past)
