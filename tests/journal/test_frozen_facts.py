"""Every fact ever written is still read, hashed and folded as on the day it was written."""

import json

import pytest

from pos_loyalty.events import KINDS, chain_hash, payload_digest
from tests.journal.freeze import meaning, path_of, read

VERSIONS = [(kind, v) for kind, spec in KINDS.items() for v in range(1, spec.version + 1)]


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_frozen_fact_keeps_its_place_in_the_chain(kind: str, version: int) -> None:
    example, fact = read(kind, version)
    assert (fact.kind, fact.v) == (kind, version)
    assert payload_digest(fact.salt, fact.payload) == fact.digest
    assert chain_hash(bytes.fromhex(example["before"]), fact) == fact.hash


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_frozen_fact_keeps_its_meaning(kind: str, version: int) -> None:
    example, fact = read(kind, version)
    now = json.loads(json.dumps(meaning(fact)))
    assert now["leg"] == example["leg"]
    assert now["said"] | example["said"] == now["said"], "fields are only ever added"


def test_no_example_stands_for_a_kind_that_no_longer_exists() -> None:
    known = {path_of(kind, version) for kind, version in VERSIONS}
    assert set(path_of("x", 1).parent.glob("*")) == known
