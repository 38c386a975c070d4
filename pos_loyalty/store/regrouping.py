"""Groups that a link held together which is here no more: they part again.

Facts that count stay for ever, so this happens only where a register lets go of what it was told.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pos_loyalty.domain.legs import ErasureCore, Leg, LinkCore, ReferralCore
from pos_loyalty.events import Fact, decode_payload
from pos_loyalty.store import schema
from pos_loyalty.store.checkpoints import decode_content
from pos_loyalty.store.cores import draft
from pos_loyalty.store.folding import FRESH
from pos_loyalty.store.groups import Work, accounts_of, group_of, settle
from pos_loyalty.store.statements import Tx

Link = tuple[bytes, bytes]


def accounts_named(fact: Fact) -> set[bytes]:
    """Give the accounts that a known fact moves or puts together."""
    found = draft(fact.key, decode_payload(fact.kind, fact.payload))
    if found is None:
        return set()
    return {found.account, *(each for link in found.links for each in link)} - {b""}


def regroup(tx: Tx, accounts: Iterable[bytes]) -> None:
    """Part the accounts' groups where nothing holds them together, and fold them again."""
    for group in sorted(set(group_of(tx, accounts).values())):
        members = accounts_of(tx, group)
        if len(members) > 1:
            links = sorted(set(_links(tx, members)))
            tx.delete(schema.member_of, ["account"], [(each,) for each in members])
            settle(tx, Work(dirty=dict.fromkeys(members, FRESH), links=links))


def _links(tx: Tx, members: Sequence[bytes]) -> Iterator[Link]:
    """Give what facts and checkpoints that are still here put together."""
    for leg in (Leg(*row) for row in tx.fetch(schema.leg, members)):
        if leg.kind == "link":
            yield leg.account, _decode_link(leg.core).other
        elif leg.kind == "referral":
            yield leg.account, _decode_referral(leg.core).by
        elif leg.kind == "erasure":
            yield from ((leg.account, each) for each in _decode_erasure(leg.core).accounts)
    for row in tx.fetch(schema.checkpoint, members):
        first, *others = decode_content(row[5]).accounts
        yield from ((first, each) for each in others)


_decode_referral = msgspec.msgpack.Decoder(ReferralCore).decode
_decode_link = msgspec.msgpack.Decoder(LinkCore).decode
_decode_erasure = msgspec.msgpack.Decoder(ErasureCore).decode
