"""Writes the frozen example of each kind and version that has none; never changes a fact.

`python -m tests.journal.freeze` after a version was added. A fact in it is for ever: facts like it
lie in the journals of shops. What the fold reads of it is derived and may change on purpose:
`python -m tests.journal.freeze --legs` writes only that anew.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from pos_loyalty import events
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.events import CHAIN_START, KIND_OF, KINDS, Fact
from pos_loyalty.store.cores import draft
from tests.journal.tills import START_MS, Till, ident

FOLDER = Path(__file__).parent / "frozen"
BYTES = ("node", "id", "subject", "payload", "salt", "digest", "hash")
MEMBER, CARD, HOLD = (ident(name).hex() for name in ("member", "card", "hold"))
VOUCHER, TICKET = ident("voucher").hex(), "S1/T2/3/2026-02-28/1042"
WHERE = {
    "store": "S1",
    "till": "T2",
    "epoch": 3,
    "day": "2026-02-28",
    "number": "1042",
    "at": START_MS,
    "operator": "7",
}
RATING = Rating(
    programme="P",
    version="sha256:1f",
    tier="gold",
    earned=21,
    denominator=1_000_000,
    bases=(10_00, 4_50),
    numerators=(15_000_000, 6_750_000),
    expires=740_000,
    courtesy=30,
    conditions=((15_00, 7),),
    spent=(60, 40),
    holds=(HOLD,),
)
EXAMPLES: list[Any] = [
    events.SaleClosed(
        **WHERE,
        zone="Europe/Paris",
        currency="EUR",
        lines=(
            Line("4006381333931", 12_00, label="Thé vert", category="tea", vat=550),
            Line("local-7", 5_50, quantity=1250, vat=2000, discount=50, flags=("weighed",)),
        ),
        discounts=(Discount(3_00, label="100 points", hold=HOLD),),
        tenders=(Tender("cash", 20_00), Tender("cash", -5_50)),
        ratings=(RATING,),
        account=CARD,
        source="import",
    ),
    events.LinesReturned(
        **WHERE,
        ticket="S1/T2/3/2026-02-27/1001",
        lines=(events.ReturnedLine(0, 1000), events.ReturnedLine(1, 250)),
        refund=6_10,
    ),
    events.TicketMoved(
        ticket="S1/T2/3/2026-02-27/1001",
        turn=2,
        account=CARD,
        day="2026-02-28",
        reason="wrong_customer",
        former=MEMBER,
        approved_by="boss",
        ratings=(RATING,),
    ),
    events.TicketJudged(
        ticket="S1/T2/3/2026-02-27/1001", turn=1, verdict="pending", flag=HOLD, day="2026-02-28"
    ),
    events.Flagged(
        flag=HOLD,
        code="TOO_OFTEN",
        day="2026-02-28",
        account=CARD,
        tickets=("S1/T2/3/2026-02-27/1001",),
        members=(MEMBER,),
        values={"count": 6},
        operator="7",
    ),
    events.FlagSettled(flag=HOLD, verdict="void", day="2026-02-28", reason="looked"),
    events.ReturnedUnknown(
        **WHERE, lines=(("local-7", "Tasse", 1000),), refund=6_10, tender="store_credit"
    ),
    events.PointsAdjusted(
        account=CARD,
        programme="P",
        points=-25,
        day="2026-02-28",
        expires="9999-12-31",
        reason="GOODWILL",
        undoes=ident("adjustment").hex(),
    ),
    events.BalanceOpened(
        account=CARD,
        programme="P",
        day="2026-02-28",
        origin="members.csv 17",
        lots=((120, "2025-11-02", "2026-11-02"), (5, "2026-01-01", "9999-12-31")),
        spend=(("2025-11-02", 240_00),),
    ),
    events.PointsHeld(
        hold=HOLD,
        account=CARD,
        programme="P",
        points=100,
        amount=5_00,
        until=START_MS,
        offline=True,
    ),
    events.HoldReleased(hold=HOLD, account=CARD, programme="P"),
    events.VoucherIssued(
        voucher=VOUCHER,
        programme="P",
        number=3,
        units=2,
        day="2026-02-28",
        last_day="2026-04-29",
        amount=10_00,
        account=CARD,
        ticket=TICKET,
    ),
    events.VoucherToppedUp(
        voucher=VOUCHER,
        ticket=TICKET,
        line=1,
        units=30_00,
        day="2026-02-28",
        last_day="2028-02-28",
    ),
    events.VoucherHeld(
        voucher=VOUCHER, hold=HOLD, units=1, until=START_MS, offline=True, approved_by="m12"
    ),
    events.VoucherReleased(voucher=VOUCHER, hold=HOLD),
    events.VoucherUsed(
        voucher=VOUCHER, ticket=TICKET, units=1, amount=9_50, day="2026-03-02", hold=HOLD
    ),
    events.VoucherGivenBack(voucher=VOUCHER, ticket=TICKET, units=1, day="2026-03-03"),
    events.VoucherCancelled(
        voucher=VOUCHER, reason="no_longer_earned", day="2026-03-04", ticket=TICKET
    ),
    events.AttemptsLocked(store="S1", till="T2", day="2026-03-04", count=10, until=START_MS),
    events.MemberEnrolled(member=MEMBER, day="2026-02-28", store="S1"),
    events.EnrolmentUndone(member=MEMBER),
    events.CardAttached(member=MEMBER, account=CARD, scheme="main", tail="0017"),
    events.CardEnded(member=MEMBER, account=CARD, status="detached"),
    events.MembersLinked(member=MEMBER, other=CARD, joined=True),
    events.RightUsed(
        account=CARD, programme="P", right="Retouches", day="2026-02-28", until="2026-12-31"
    ),
    events.EventTold(
        account=CARD,
        programme="P",
        event="app_download",
        name="Application téléchargée",
        points=50,
        day="2026-02-28",
        expires="2027-02-28",
        limit=1,
        until="2026-12-31",
        reference="order 77",
    ),
    events.ReferralMade(member=MEMBER, by=CARD, day="2026-02-28"),
    events.ProfileChanged(member=MEMBER, field="name", value="Zoé Kéroual"),
    events.ConsentChanged(
        member=MEMBER,
        purpose="offers",
        channel="email",
        granted=True,
        at=START_MS,
        source="till",
        wording="2026-01",
    ),
    events.MemberErased(member=MEMBER, accounts=(MEMBER, CARD)),
    events.ProgrammePublished(
        programme="P", version="sha256:1f", day="2026-03-01", content="[earn]\npoints = 1\n"
    ),
    events.PlaceDeclared(level="till", code="T2", name="Caisse 2", day="2026-01-01", parent="S1"),
    events.MembershipChanged(member=MEMBER, programme="VIP", day="2026-03-01", joined=True),
    events.ProgrammeWithdrawn(programme="P", version="sha256:1f", day="2026-03-01"),
    events.CustomerAsked(
        store="S1", till="T2", day="2026-02-28", ticket=TICKET, asked=True, operator="7"
    ),
    events.CardBatchKept(
        prefix="29", first=500, count=250, status="received", day="2026-02-28", store="S1"
    ),
    events.MembersToldApart(member=MEMBER, other=CARD, apart=True),
    events.NoteWritten(member=MEMBER, note=CARD, text="Préfère qu'on l'appelle le soir."),
]


def path_of(kind: str, version: int) -> Path:
    return FOLDER / f"{kind}.v{version}.json"


def frozen(fact: Fact) -> dict[str, Any]:
    """Give all that a later version must still find in a fact."""
    head = {name: _plain(getattr(fact, name)) for name in fact.__struct_fields__}
    return {"before": CHAIN_START.hex(), "fact": head, **meaning(fact)}


def meaning(fact: Fact) -> dict[str, Any]:
    """Give what a fact says and moves: its fields, and its leg as the fold reads it."""
    payload = events.decode_payload(fact.kind, fact.payload)
    leg = draft(fact.key, payload)
    moved = leg and [leg.kind, leg.account.hex(), leg.ticket, leg.core.hex(), leg.day, leg.amount]
    said = json.loads(msgspec.json.encode(msgspec.structs.asdict(payload)))
    return {"said": said, "leg": moved}


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def read(kind: str, version: int) -> tuple[dict[str, Any], Fact]:
    """Give an example as it was frozen, and its fact."""
    path = path_of(kind, version)
    assert path.is_file(), f"{path.name} is missing: run python -m tests.journal.freeze"
    example = json.loads(path.read_text(encoding="utf-8"))
    fields = {
        name: bytes.fromhex(value) if name in BYTES else value
        for name, value in example["fact"].items()
    }
    return example, Fact(**fields)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    freeze_new()
    if "--legs" in sys.argv[1:]:
        for path in sorted(FOLDER.glob("*.json")):
            kind, version = path.stem.split(".v")
            example, fact = read(kind, int(version))
            _write(path, example | {"leg": meaning(fact)["leg"]})


def freeze_new() -> None:
    for payload in EXAMPLES:
        kind = KIND_OF[type(payload)]
        path = path_of(kind, KINDS[kind].version)
        if not path.exists():
            fact = Till("frozen").tell(payload, at_ms=START_MS)
            _write(path, frozen(fact))


def _write(path: Path, example: dict[str, Any]) -> None:
    text = json.dumps(example, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
