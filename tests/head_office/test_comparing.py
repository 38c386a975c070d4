"""Shares side by side: none of few cases, and none called different that chance may explain."""

from pos_loyalty.domain.comparing import differ, extremes, share


def test_a_share_of_few_cases_is_not_told() -> None:
    assert share(29, 29, least=30) is None
    assert share(0, 0, least=1) is None
    found = share(15, 30, least=30)
    assert found is not None
    assert found.value == 0.5
    assert (round(found.low, 3), round(found.high, 3)) == (0.332, 0.668)


def test_the_interval_of_a_whole_share_stays_within_it() -> None:
    for part in (0, 40):
        found = share(part, 40, least=30)
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.low < found.high


def test_shops_differ_only_where_their_intervals_part() -> None:
    few, many = share(20, 40, least=30), share(26, 40, least=30)
    assert few is not None
    assert many is not None
    assert not differ(few, many)
    large, larger = share(2_000, 4_000, least=30), share(2_600, 4_000, least=30)
    assert large is not None
    assert larger is not None
    assert differ(large, larger)
    assert differ(larger, large)


def test_only_shops_with_a_share_are_compared() -> None:
    known = {"a": share(10, 40, least=30), "b": None, "c": share(30, 40, least=30)}
    assert extremes(known) == ("c", "a")
    assert extremes({"a": known["a"], "b": None}) is None
