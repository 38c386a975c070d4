"""The columns of each kind of file, and how a shop's own names are told apart from ours."""

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pos_loyalty.errors import LoyaltyError, Reason

CENTS = "_cents"
"""An amount's column may end so: it then holds whole minor units."""
CONSENT = "consent."
KINDS = ("tickets", "members", "articles")


class Column(NamedTuple):
    """A column: the French name that is understood too, and whether a row must have it."""

    name: str
    french: str
    is_needed: bool = False
    is_amount: bool = False


_TICKETS = (
    Column("number", "numéro", is_needed=True),
    Column("at", "date et heure"),
    Column("date", "date"),
    Column("time", "heure"),
    Column("day", "jour comptable"),
    Column("store", "magasin"),
    Column("till", "caisse"),
    Column("card", "carte"),
    Column("article", "article"),
    Column("label", "libellé"),
    Column("quantity", "quantité"),
    Column("amount", "montant", is_needed=True, is_amount=True),
    Column("discount", "remise", is_amount=True),
    Column("category", "catégorie"),
    Column("vat", "tva"),
    Column("flags", "marques"),
    Column("payment", "paiement"),
    Column("ticket_discount", "remise ticket", is_amount=True),
)
_MEMBERS = (
    Column("number", "numéro client"),
    Column("card", "carte"),
    Column("cards", "cartes"),
    Column("first_name", "prénom"),
    Column("last_name", "nom"),
    Column("email", "e-mail"),
    Column("phone", "téléphone"),
    Column("birth_date", "date de naissance"),
    Column("postcode", "code postal"),
    Column("city", "ville"),
    Column("language", "langue"),
    Column("joined", "date d'inscription"),
    Column("points", "points"),
    Column("points_day", "points du"),
    Column("points_until", "points jusqu'au"),
    Column("lots", "lots"),
    Column("spend", "achats", is_amount=True),
    Column("spend_day", "achats du"),
)
_ARTICLES = (
    Column("code", "code", is_needed=True),
    Column("label", "libellé"),
    Column("department", "rayon"),
    Column("category", "catégorie"),
    Column("vat", "tva"),
    Column("flags", "marques"),
    Column("cost", "prix d'achat", is_amount=True),
)
COLUMNS: Map[str, tuple[Column, ...]] = MappingProxyType(
    {"tickets": _TICKETS, "members": _MEMBERS, "articles": _ARTICLES}
)
ONE_OF: Map[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "tickets": (("at", "date"), ("article", "label")),
        "members": (("number", "card", "cards"),),
        "articles": (),
    }
)
"""Of each group of columns, a file has at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How a file is written; what is empty is found out from the file.

    `columns` gives our name for each of theirs. `dates` is a pattern as of `strptime`, `decimal`
    a comma or a point, `zone` the time zone of moments that name none.
    """

    columns: Map[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    dates: str = ""
    zone: str = ""

    def with_columns(self, pairs: Iterable[str]) -> "Mapping":
        """Add `their name=ours` pairs; raises `LoyaltyError` (`IMPORT_MAPPING_INVALID`)."""
        added = dict(self.columns)
        for pair in pairs:
            theirs, sign, ours = pair.rpartition("=")
            if not (sign and theirs.strip() and ours.strip()):
                raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field=pair[:40])
            added[theirs.strip()] = ours.strip()
        return replace(self, columns=added)


_WORDS = ("encoding", "delimiter", "decimal", "dates", "zone")


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises `LoyaltyError` (`IMPORT_MAPPING_INVALID`) naming the entry."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field=path.name) from error
    columns = document.pop("columns", {})
    if not isinstance(columns, dict):
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field="columns")
    for name, value in {**document, **columns}.items():
        if not isinstance(value, str) or (name in document and name not in _WORDS):
            raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field=name[:40])
    return Mapping(columns=columns, **document)


def plain(name: str) -> str:
    """Give a column's name as it is compared: no matter capitals, spaces and underscores."""
    return " ".join(name.casefold().replace("_", " ").replace("’", "'").split())


def names_of(kind: str, mapping: Mapping) -> dict[str, str]:
    """Give our name for each name that is understood, theirs first, as compared.

    Raises `LoyaltyError` (`IMPORT_MAPPING_INVALID`) for a name of ours that does not exist.
    """
    known: dict[str, str] = {}
    for column in COLUMNS[kind]:
        known[plain(column.french)] = column.name
    for column in COLUMNS[kind]:
        known[plain(column.name)] = column.name
        if column.is_amount:
            known[plain(column.name + CENTS)] = column.name + CENTS
    ours = set(known.values())
    for theirs, our in mapping.columns.items():
        if our not in ours and not (kind == "members" and is_consent(our)):
            raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field=our[:40])
        known[plain(theirs)] = our
    return known


def is_consent(name: str) -> bool:
    """Tell whether a column is `consent.PURPOSE.CHANNEL`, or the same with `.day`."""
    parts = name.split(".")
    return (
        parts[0] == "consent"
        and all(parts)
        and (len(parts) == 3 or (len(parts) == 4 and parts[3] == "day"))
    )


def our_name(kind: str, known: Map[str, str], name: str) -> str:
    """Give our name for a header's, or nothing for a column that is not taken."""
    found = known.get(plain(name), "")
    if not found and kind == "members" and is_consent(name.strip().casefold()):
        return name.strip().casefold()
    return found


def check_header(kind: str, found: Iterable[str]) -> None:
    """Check that a file has what it needs; raises `LoyaltyError` (`IMPORT_COLUMNS_MISSING`)."""
    have = {name.removesuffix(CENTS) for name in found}
    missing = [c.name for c in COLUMNS[kind] if c.is_needed and c.name not in have]
    missing += ["/".join(group) for group in ONE_OF[kind] if not have & set(group)]
    if missing:
        raise LoyaltyError(Reason.IMPORT_COLUMNS_MISSING, columns=", ".join(missing))
