"""The journal and the local tables as they were first published."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(name: str, kind: object) -> sa.Column[object]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)  # type: ignore[arg-type]


def value(name: str, kind: object, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)  # type: ignore[arg-type]


def upgrade() -> None:
    journal()
    chain_and_commands()
    counter_and_articles()
    keeping()
    registers()
    feeds()
    vouchers()
    sessions()
    people()


def journal() -> None:
    op.create_table(
        "fact",
        key("node", sa.LargeBinary),
        key("inc", BIG),
        key("seq", BIG),
        value("id", sa.LargeBinary),
        value("stamp", BIG),
        value("kind", sa.String),
        value("v", BIG),
        value("key", sa.String),
        value("subject", sa.LargeBinary),
        value("actor", sa.String),
        value("payload", sa.LargeBinary),
        value("salt", sa.LargeBinary),
        value("digest", sa.LargeBinary),
        value("hash", sa.LargeBinary),
        value("clamp", BIG),
        sqlite_with_rowid=False,
    )
    op.create_index("fact_id", "fact", ["id"])
    of_someone = sa.text("length(subject) > 0")
    op.create_index(
        "fact_subject", "fact", ["subject"], sqlite_where=of_someone, postgresql_where=of_someone
    )


def chain_and_commands() -> None:
    op.create_table(
        "head",
        key("node", sa.LargeBinary),
        key("inc", BIG),
        value("seq", BIG),
        value("hash", sa.LargeBinary),
        value("stamp", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "command",
        key("id", sa.String),
        value("digest", sa.LargeBinary),
        value("answer", sa.LargeBinary),
        value("at", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job",
        key("id", sa.String),
        value("kind", sa.String),
        value("state", sa.String),
        value("due", BIG),
        value("attempts", BIG),
        value("subject", sa.String),
        value("ticket", sa.String),
        value("payload", sa.LargeBinary),
        value("problem", sa.String),
        value("at", BIG),
        sqlite_with_rowid=False,
    )
    op.create_index("job_due", "job", ["state", "due"])
    op.create_index("job_ticket", "job", ["ticket"])


def counter_and_articles() -> None:
    op.create_table(
        "basket",
        key("id", sa.String),
        value("at", BIG),
        value("account", sa.LargeBinary),
        value("content", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article",
        key("code", sa.String),
        value("label", sa.String),
        value("department", sa.String),
        value("category", sa.String),
        value("vat", BIG, nullable=True),
        value("flags", sa.String),
        value("cost", BIG, nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unknown_article",
        key("code", sa.String),
        value("label", sa.String),
        value("seen", BIG),
        value("last_day", BIG),
        sqlite_with_rowid=False,
    )


def keeping() -> None:
    op.create_table(
        "checkpoint",
        key("grp", sa.LargeBinary),
        value("stamp", BIG),
        value("node", sa.LargeBinary),
        value("inc", BIG),
        value("seq", BIG),
        value("content", sa.LargeBinary),
        value("at", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "setting",
        key("name", sa.String),
        value("value", sa.LargeBinary),
        sqlite_with_rowid=False,
    )


def registers() -> None:
    op.create_table(
        "sender",
        key("node", sa.LargeBinary),
        value("inc", BIG),
        value("token", sa.LargeBinary),
        value("store", sa.String),
        value("till", sa.String),
        value("state", sa.String),
        value("app", sa.String),
        value("enrolled", BIG),
        value("seen", BIG),
        value("ahead", BIG),
        sqlite_with_rowid=False,
    )
    op.create_index("sender_token", "sender", ["token"])
    op.create_table(
        "enrolment_code",
        key("digest", sa.LargeBinary),
        value("store", sa.String),
        value("till", sa.String),
        value("until", BIG),
        value("node", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        key("node", sa.LargeBinary),
        key("inc", BIG),
        key("seq", BIG),
        value("reason", sa.String),
        value("payload", sa.LargeBinary),
        value("salt", sa.LargeBinary),
        value("at", BIG),
        sqlite_with_rowid=False,
    )


def feeds() -> None:
    op.create_table(
        "reach",
        key("account", sa.LargeBinary),
        key("scope", sa.String),
        value("day", BIG),
        sqlite_with_rowid=False,
    )
    op.create_index("reach_scope", "reach", ["scope", "account"])
    op.create_table(
        "scope",
        key("scope", sa.String),
        value("n", BIG),
        value("low", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed",
        key("scope", sa.String),
        key("n", BIG),
        value("kind", sa.String),
        value("ref", sa.LargeBinary),
        value("at", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sent",
        key("node", sa.LargeBinary),
        key("inc", BIG),
        value("seq", BIG),
        value("last", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wanted",
        key("account", sa.LargeBinary),
        value("at", BIG),
        sqlite_with_rowid=False,
    )


def vouchers() -> None:
    op.create_table(
        "used_voucher",
        key("voucher", sa.LargeBinary),
        value("last_day", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wrong_code",
        key("till", sa.String),
        value("since", BIG),
        value("count", BIG),
        value("until", BIG),
        sqlite_with_rowid=False,
    )


def sessions() -> None:
    op.create_table(
        "session",
        key("digest", sa.LargeBinary),
        value("kind", sa.String),
        value("device", sa.String),
        value("staff", sa.String),
        value("began", BIG),
        value("seen", BIG),
        value("until", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt",
        key("kind", sa.String),
        key("name", sa.LargeBinary),
        value("since", BIG),
        value("tries", BIG),
        value("until", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitation",
        key("code", sa.LargeBinary),
        value("kind", sa.String),
        value("name", sa.String),
        value("at", BIG),
        value("until", BIG),
        sqlite_with_rowid=False,
    )


def people() -> None:
    op.create_table(
        "staff",
        key("person", sa.String),
        value("name", sa.String),
        value("role", sa.String),
        value("stores", sa.String),
        value("secret", sa.String),
        value("badge", sa.LargeBinary),
        value("state", sa.String),
        value("since", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        key("n", BIG),
        value("at", BIG),
        value("who", sa.String),
        value("what", sa.String),
        value("about", sa.String),
        value("origin", sa.String),
        sqlite_with_rowid=False,
    )
    op.create_index("audit_what", "audit", ["what", "n"])
    op.create_index("audit_who", "audit", ["who", "n"])
