"""What reaches the log: the work, never the person."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.logging import MASK, configure, mask_text, mask_value

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Set logging up as a daemon does, and give what it wrote, read back from JSON."""
    handlers, level = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    configure(form="json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


PERSONAL = [
    "marie.curie@example.fr",
    "MARIE+pub@éclair.example",
    "2990123456784",
    "4970 1012 3456 7893",
    "4970-1012-3456-7893",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "+33612345678",
    "+33 (0)6 12 34 56 78",
    "2" * 7_000,
]


@pytest.mark.parametrize("text", PERSONAL)
def test_addresses_telephones_and_cards_are_masked_wherever_they_stand(text: str) -> None:
    for sentence in ("{}", "read {}", "<{}>", "card={}", "till-{}x", '"{}", again'):
        masked = mask_text(sentence.format(text))
        assert MASK in masked
        assert not any(part in masked for part in text.replace("-", " ").split() if len(part) > 3)


@pytest.mark.parametrize(
    "text",
    [
        "till 3 sold 12 articles for 1234 cents",
        "2026-11-22T16:27:13Z",
        "ratio 0.25, port 9100, 192.168.1.20",
        "5b1f8a2e-77c0-4f3e-9d0c-0123456789ab",
        "12345678-77c0-4f3e-9d0c-012345678901",
        "0123456789" * 6 + "abcd",
        "version 1.20.1",
    ],
)
def test_what_describes_the_work_stays_readable(text: str) -> None:
    assert mask_text(text) == text


def test_a_personal_field_is_dropped_whole_at_any_depth() -> None:
    event = {"member": {"email": 1, "Phone": "x", "points": 120}, "rows": [{"card": "29"}]}
    expected = {"member": {"email": MASK, "Phone": MASK, "points": 120}, "rows": [{"card": MASK}]}
    assert mask_value(event) == expected


def test_bytes_and_very_deep_values_are_named_not_shown() -> None:
    assert mask_value(b";4970101234567893?") == "<18 bytes>"
    deep: object = "secret"
    for _ in range(50):
        deep = [deep]
    assert "secret" not in str(mask_value(deep))


@given(number=st.integers(min_value=10_000_000, max_value=10**19))
def test_a_number_as_long_as_a_card_is_masked_as_an_integer_too(number: int) -> None:
    assert mask_value({"seen": number}) == {"seen": MASK}


def test_a_line_of_ours_keeps_its_fields_and_loses_the_person(lines: Lines) -> None:
    structlog.get_logger("node").info("sale closed", points=12, card="2990123456784")
    (line,) = lines()
    assert line["event"] == "sale closed"
    assert line["points"] == 12
    assert line["card"] == MASK
    assert line["level"] == "info" and line["logger"] == "node" and line["timestamp"]


def test_a_line_of_a_library_goes_the_same_way(lines: Lines) -> None:
    logging.getLogger("waitress").warning("GET /members?q=curie from %s", "a@b.example")
    logging.getLogger("db").error("row", extra={"email": "a@b.example"})
    first, second = lines()
    assert first["event"] == f"GET /members?{MASK} from {MASK}"
    assert second["email"] == MASK


def test_a_traceback_names_no_card(lines: Lines) -> None:
    try:
        raise ValueError("2990123456784 is wrong")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines()
    assert "ValueError" in str(line["exception"])
    assert "2990123456784" not in json.dumps(line)


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    structlog.get_logger("node").debug("detail")
    assert lines() == []


def test_the_text_form_masks_too() -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    configure(form="text", stream=stream)
    structlog.get_logger("node").warning("unknown card 2990123456784", phone="0612345678")
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    assert "unknown card" in stream.getvalue()
    assert "2990123456784" not in stream.getvalue() and "0612345678" not in stream.getvalue()
