"""Ties between hits are told apart as section 5 says, whatever columns the data have."""

from __future__ import annotations

import pytest

import handraiser as hr

TEXT = """\
agreement: ties
fit: {rules: []}
engagement:
  rules:
    - {rule: it, event: Visit, points: price, at_most: 1 per hour}
qualify: {mql: score > 1}
"""


@pytest.mark.parametrize("extra", [{}, {"event_id": None}], ids=["no column", "no ids"])
def test_without_event_ids_the_greater_weight_comes_first(extra: dict[str, None]) -> None:
    visit = {"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01T10:00:00Z", **extra}
    events = [visit | {"price": 0}, visit | {"price": 100}]
    table = hr.score(hr.load(TEXT), leads=[{"lead_id": "ann"}], events=events, at="2026-03-02")
    assert table.column("score").to_pylist() == [100]


def test_what_is_missing_is_counted_with_the_weight_of_the_last_hit_by_event_id() -> None:
    text = """\
agreement: ties
fit: {rules: []}
engagement:
  rules:
    - {rule: it, event: Visit, points: price}
qualify: {mql: score >= 40}
"""
    visit = {"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01T10:00:00Z"}
    # e2 is the last of the two, whichever of them the file has first: 9 points, and 11 times 3 more.
    events = [visit | {"event_id": "e2", "price": 3}, visit | {"event_id": "e1", "price": 6}]
    for rows in (events, events[::-1]):
        found = hr.explain(
            hr.load(text), lead="ann", leads=[{"lead_id": "ann"}], events=rows, at="2026-03-02"
        )
        assert found.missing == {"it": 11}


@pytest.mark.parametrize(
    ("condition", "qualified"),
    [
        ("score * 1e308 * 1e10 > 5", False),
        ("not (score * 1e308 * 1e10 > 5)", False),
        ("score * 1e308 * 1e10 - score * 1e308 * 1e10 > -1", False),
        ("score * 1e308 * 1e10 > 5 or it", True),
        ("(score * 1e308 * 1e10) is null", True),
        ("(score - 200) * 1e308 * 1e10 < 5 and it", False),
        ("score * 1e300 > 5", True),
    ],
)
def test_what_no_number_can_hold_is_unknown(condition: str, *, qualified: bool) -> None:
    text = TEXT.replace("score > 1", f'"{condition}"')
    events = [{"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01T10:00:00Z", "price": 100}]
    table = hr.score(hr.load(text), leads=[{"lead_id": "ann"}], events=events, at="2026-03-02")
    assert table.column("qualified").to_pylist() == [qualified]
    assert (table.column("mql_at").to_pylist() != [None]) == qualified
