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
