"""From Python, what is given in a wrong way is answered as from the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

import handraiser as hr
from handraiser.edge.library import instant

TEXT = """
agreement: a
fit: {rules: []}
engagement: {rules: [{rule: v, event: V, points: 1}]}
qualify: {mql: v}
"""
DATA: dict[str, Any] = {
    "leads": [{"lead_id": "ann"}],
    "events": [{"lead_id": "ann", "event": "V", "occurred_at": "2026-03-01"}],
}


def test_a_day_is_its_midnight_in_utc() -> None:
    assert instant(date(2026, 3, 1)) == instant("2026-03-01") == instant(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("at", ["soon", 5])
def test_what_is_no_instant_is_a_mistake(at: Any) -> None:
    with pytest.raises(hr.Mistakes, match="HR601"):
        instant(at)


@pytest.mark.parametrize("name", ["leads", "events"])
def test_leads_and_events_have_to_be_given(name: str) -> None:
    with pytest.raises(hr.Mistakes, match="HR510"):
        hr.score(hr.load(TEXT), **DATA | {name: None})


def test_a_lead_that_is_not_there_is_a_mistake_with_the_nearest() -> None:
    with pytest.raises(hr.Mistakes, match="Did you mean `ann`"):
        hr.explain(hr.load(TEXT), lead="anne", **DATA)


@pytest.mark.parametrize("agreement", [[], "agreement.yaml"])
def test_only_agreements_can_be_scored(agreement: Any) -> None:
    with pytest.raises(TypeError, match="agreement that `load` gives"):
        hr.score(agreement, **DATA)


def test_there_have_to_be_threads() -> None:
    with pytest.raises(ValueError, match="threads"):
        hr.score(hr.load(TEXT), **DATA, threads=0)


OUTCOMES = [{"lead_id": "ann", "stage": "customer", "at": "2026-03-05"}]


@pytest.mark.parametrize("agreement", [None, "agreement.yaml"])
def test_only_agreements_can_be_back_tested(agreement: Any) -> None:
    with pytest.raises(TypeError, match="agreement that `load` gives"):
        hr.backtest(agreement, **DATA, outcomes=OUTCOMES)


def test_a_period_ends_after_it_begins() -> None:
    with pytest.raises(hr.Mistakes, match="HR605"):
        hr.backtest(hr.load(TEXT), **DATA, outcomes=OUTCOMES, since="2026-04-01", until="2026-03-01")


def test_a_back_test_asks_for_the_first_episodes_or_for_all() -> None:
    with pytest.raises(ValueError, match="first or all, not alle"):
        hr.backtest(hr.load(TEXT), **DATA, outcomes=OUTCOMES, episodes="alle")


def test_a_back_test_says_what_it_could_not_use() -> None:
    wrong = [*OUTCOMES, {"lead_id": "ann", "stage": "Customer", "at": "2026-03-06"}]
    events = [*DATA["events"], {"lead_id": "bob", "event": "V", "occurred_at": "2026-03-01"}]
    found = hr.backtest(hr.load(TEXT), leads=DATA["leads"], events=events, outcomes=wrong)
    assert [(each.input, each.rows) for each in found.refused] == [("outcomes", 1), ("events", 1)]


def test_a_back_test_on_nothing_that_can_be_used_is_a_mistake() -> None:
    with pytest.raises(hr.Mistakes, match="HR512"):
        hr.backtest(hr.load(TEXT), **DATA, outcomes=[{"lead_id": "ann", "stage": "Sold", "at": "2026-03-06"}])
