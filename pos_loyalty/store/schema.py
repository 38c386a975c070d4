"""Tables of three kinds: journal, derived (written by `apply` only), local.

One schema for SQLite and PostgreSQL. Hot statements bypass type processors, so columns are
integers, texts and bytes only. Ids are bytes: they compare the same on both engines.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

metadata = MetaData()
_Big = BigInteger().with_variant(Integer(), "sqlite")


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


def _text(name: str) -> Column[Any]:
    return Column(name, String, nullable=False)


def _int(name: str) -> Column[Any]:
    return Column(name, _Big, nullable=False)


def _table(group: str, name: str, *parts: Column[Any] | Index) -> Table:
    return Table(name, metadata, *parts, info={"group": group}, sqlite_with_rowid=False)


def _place() -> list[Column[Any]]:
    """A fact's place in the effective order, as a key."""
    return [_key("stamp", _Big), _key("node", LargeBinary), _key("inc", _Big), _key("seq", _Big)]


def _order() -> list[Column[Any]]:
    """The effective order of the fact that wrote the row."""
    return [_int("stamp"), _bytes("node"), _int("inc"), _int("seq")]


# --- journal -----------------------------------------------------------------------------------
fact = _table(
    "journal",
    "fact",
    _key("node", LargeBinary),
    _key("inc", _Big),
    _key("seq", _Big),
    _bytes("id"),
    _int("stamp"),
    _text("kind"),
    _int("v"),
    _text("key"),
    _bytes("subject"),
    _text("actor"),
    _bytes("payload"),
    _bytes("salt"),
    _bytes("digest"),
    _bytes("hash"),
    _int("clamp"),
)
Index("fact_id", fact.c.id)
HAS_SUBJECT = text("length(subject) > 0")  # a query must say so too, to be helped by the index
Index("fact_subject", fact.c.subject, sqlite_where=HAS_SUBJECT, postgresql_where=HAS_SUBJECT)

# --- derived -----------------------------------------------------------------------------------
leg = _table(
    "derived", "leg",
    _key("account", LargeBinary), *_place(), _text("kind"), _text("ticket"), _bytes("core"),
)  # fmt: skip
claim = _table(  # which fact counts for a business key; without a node: awaited by a return
    "derived", "claim",
    _key("key", String), *_order(), _text("kind"), _bytes("account"),
    _int("day"), _int("amount"), _bytes("record"),
)  # fmt: skip
Index("claim_account", claim.c.account, claim.c.day)
parked = _table(
    "derived", "parked",
    _key("node", LargeBinary), _key("inc", _Big), _key("seq", _Big), _int("stamp"), _text("key"),
    _text("reason"),
)  # fmt: skip
waiting = _table(
    "derived", "waiting",
    _key("ticket", String), _key("node", LargeBinary), _key("inc", _Big), _key("seq", _Big),
)  # fmt: skip
member_of = _table(
    "derived", "member_of", _key("account", LargeBinary), _bytes("grp"),
    Index("member_of_grp", "grp"),
)  # fmt: skip
account = _table(
    "derived", "account",
    _key("grp", LargeBinary), *_order(), _bytes("state"),
)  # fmt: skip
snapshot = _table(  # a group as a quarter began that is not its first, with returns still to match
    "derived", "snapshot",
    _key("grp", LargeBinary), _key("quarter", _Big), *_order(), _bytes("state"), _bytes("early"),
)  # fmt: skip
balance = _table(
    "derived", "balance",
    _key("grp", LargeBinary), _key("programme", String), _int("day"),
    _int("points"), _int("held"), _int("debt"), _int("next_expiry"), _int("qualifying"),
)  # fmt: skip
member = _table(
    "derived", "member",
    _key("member", LargeBinary), *_place(), _int("day"), _text("store"), _text("status"),
)  # fmt: skip
card = _table(
    "derived", "card",
    _key("account", LargeBinary), *_place(), _bytes("member"), _text("scheme"), _text("tail"),
    _text("status"), Index("card_member", "member"), Index("card_tail", "tail"),
)  # fmt: skip
profile = _table(
    "derived", "profile",
    _key("member", LargeBinary), _key("field", String), *_place(), _text("value"),
    _text("folded"), Index("profile_folded", "field", "folded"),
)  # fmt: skip
consent = _table(
    "derived", "consent",
    _key("member", LargeBinary), _key("purpose", String), _key("channel", String), *_place(),
    _int("granted"), _int("at"), _text("source"), _text("wording"),
)  # fmt: skip
membership = _table(  # of programmes for invited members
    "derived", "membership",
    _key("member", LargeBinary), _key("programme", String), *_place(), _int("day"), _int("joined"),
)  # fmt: skip
note = _table(  # what the shop's people wrote about a member, and who did; empty: taken away
    "derived", "note",
    _key("member", LargeBinary), _key("note", LargeBinary), *_place(), _text("text"),
    _text("author"),
)  # fmt: skip
hold = _table(
    "derived", "hold",
    _key("hold", LargeBinary), *_place(), _bytes("account"), _text("programme"),
    _int("points"), _int("amount"), _int("until"), _int("offline"),
    Index("hold_account", "account"),
)  # fmt: skip
voucher = _table(  # as it stands; number -1 while its issue is not known, ended -1 until then
    "derived", "voucher",
    _key("voucher", LargeBinary), _int("number"), _text("programme"), _bytes("account"),
    _text("ticket"), _int("amount"), _int("day"), _int("last_day"), _int("units"), _int("used"),
    _int("ended"), _int("overused"), _text("batch"),
    Index("voucher_account", "account"), Index("voucher_ticket", "ticket"),
    Index("voucher_last_day", "last_day"), Index("voucher_batch", "batch", "voucher"),
)  # fmt: skip
tombstone = _table("derived", "tombstone", _key("member", LargeBinary), *_place())
programme = _table(
    "derived", "programme",
    _key("programme", String), _key("day", _Big), _key("version", String), *_place(),
    _text("content"),
)  # fmt: skip
place = _table(
    "derived", "place",
    _key("level", String), _key("code", String), _key("day", _Big), *_place(),
    _text("name"), _text("parent"), _text("at"),
)  # fmt: skip
card_batch = _table(  # numbers that are printed before they have an owner, each word on them
    "derived", "card_batch",
    _key("prefix", String), _key("first", _Big), *_place(), _int("count"), _text("status"),
    _int("day"), _text("store"),
)  # fmt: skip
told_apart = _table(  # members who look like one person (`one` is the lesser id) and are two
    "derived", "told_apart",
    _key("one", LargeBinary), _key("other", LargeBinary), *_place(), _int("apart"),
)  # fmt: skip
flag = _table(  # what somebody should look at, each telling and each verdict of it
    "derived", "flag",
    _key("flag", LargeBinary), *_place(), _text("code"), _text("status"), _int("day"),
    _bytes("content"), Index("flag_status", "status", "day"),
)  # fmt: skip

# --- local -------------------------------------------------------------------------------------
head = _table(
    "local", "head",
    _key("node", LargeBinary), _key("inc", _Big), _int("seq"), _bytes("hash"), _int("stamp"),
)  # fmt: skip
command = _table(
    "local", "command", _key("id", String), _bytes("digest"), _bytes("answer"), _int("at"),
)  # fmt: skip
job = _table(
    "local", "job",
    _key("id", String), _text("kind"), _text("state"), _int("due"), _int("attempts"),
    _text("subject"), _text("ticket"), _bytes("payload"), _text("problem"), _int("at"),
    Index("job_due", "state", "due"), Index("job_ticket", "ticket"),
)  # fmt: skip
basket = _table(
    "local", "basket", _key("id", String), _int("at"), _bytes("account"), _bytes("content"),
)  # fmt: skip
article = _table(
    "local", "article",
    _key("code", String), _text("label"), _text("department"), _text("category"),
    Column("vat", _Big), _text("flags"), Column("cost", _Big),
)  # fmt: skip
unknown_article = _table(
    "local", "unknown_article",
    _key("code", String), _text("label"), _int("seen"), _int("last_day"),
)  # fmt: skip
checkpoint = _table(
    "local", "checkpoint", _key("grp", LargeBinary), *_order(), _bytes("content"), _int("at"),
)  # fmt: skip
setting = _table("local", "setting", _key("name", String), _bytes("value"))
sender = _table(  # a register that reports here: its incarnation, the digest of its token
    "local", "sender",
    _key("node", LargeBinary), _int("inc"), _bytes("token"), _text("store"), _text("till"),
    _text("state"), _text("app"), _int("enrolled"), _int("seen"), _int("ahead"),
    Index("sender_token", "token"),
)  # fmt: skip
enrolment_code = _table(
    "local", "enrolment_code",
    _key("digest", LargeBinary), _text("store"), _text("till"), _int("until"), _bytes("node"),
)  # fmt: skip
quarantine = _table(  # facts refused by a hub: there with what they said, at their till by name
    "local", "quarantine",
    _key("node", LargeBinary), _key("inc", _Big), _key("seq", _Big), _text("reason"),
    _bytes("payload"), _bytes("salt"), _int("at"),
)  # fmt: skip
reach = _table(  # the stores in which an account group matters, and the last day it did
    "local", "reach", _key("account", LargeBinary), _key("scope", String), _int("day"),
    Index("reach_scope", "scope", "account"),
)  # fmt: skip
scope = _table(  # a store's feed: its last change number, and the last that was forgotten
    "local", "scope", _key("scope", String), _int("n"), _int("low"),
)  # fmt: skip
feed = _table(
    "local", "feed",
    _key("scope", String), _key("n", _Big), _text("kind"), _bytes("ref"), _int("at"),
)  # fmt: skip
sent = _table(  # what the next hub has acknowledged; `last` ends a closed incarnation, else 0
    "local", "sent", _key("node", LargeBinary), _key("inc", _Big), _int("seq"), _int("last"),
)  # fmt: skip
wanted = _table("local", "wanted", _key("account", LargeBinary), _int("at"))
used_voucher = _table(  # what the hub says is used up or cancelled, until its last day
    "local", "used_voucher", _key("voucher", LargeBinary), _int("last_day"),
)  # fmt: skip
wrong_code = _table(  # codes refused at a till since a moment, and until when it takes none
    "local", "wrong_code", _key("till", String), _int("since"), _int("count"), _int("until"),
)  # fmt: skip

attempt = _table(  # wrong tries by a name's digest since a moment, and until when it waits
    "local", "attempt",
    _key("kind", String), _key("name", LargeBinary), _int("since"), _int("tries"), _int("until"),
)  # fmt: skip
invitation = _table(  # codes that were shown to let a screen in, once, as digests
    "local", "invitation",
    _key("code", LargeBinary), _text("kind"), _text("name"), _int("at"), _int("until"),
)  # fmt: skip
session = _table(  # a browser that was let in: a paired screen, or somebody who signed in
    "local", "session",
    _key("digest", LargeBinary), _text("kind"), _text("device"), _text("staff"),
    _int("began"), _int("seen"), _int("until"),
)  # fmt: skip
staff = _table(  # who may sign in here
    "local", "staff",
    _key("person", String), _text("name"), _text("role"), _text("stores"), _text("secret"),
    _bytes("badge"), _text("state"), _int("since"),
)  # fmt: skip
audit = _table(  # who did what on a screen or with the command line, oldest first
    "local", "audit",
    _key("n", _Big), _int("at"), _text("who"), _text("what"), _text("about"), _text("origin"),
    Index("audit_what", "what", "n"), Index("audit_who", "who", "n"),
)  # fmt: skip

JOURNAL = [t for t in metadata.tables.values() if t.info["group"] == "journal"]
DERIVED = [t for t in metadata.tables.values() if t.info["group"] == "derived"]
LOCAL = [t for t in metadata.tables.values() if t.info["group"] == "local"]
