"""What is asked again of data read once is what a cold run would say, whatever was asked before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from histories import START, TEXT, histories, texts
from hypothesis import given
from hypothesis import strategies as st

import handraiser as hr
from engine import examples
from handraiser.agreement.changing import changed

END = START + timedelta(days=90)
MICROS = 1_000_000
# Every kind of parameter that leaves the events as they were matched, and some that do not.
CHANGES: list[tuple[str, Any]] = [
    ("threshold", 3),
    ("threshold", 18),
    ("visit.points", 1),
    ("visit.within", "4 days"),
    ("visit.decay", "linear 6 days"),
    ("visit.decay", "steps 20% every 2 days"),
    ("visit.at_most", "1 per week"),
    ("visit.at_most", None),
    ("visit.max", 9),
    ("paper.within", "forever"),
    ("paper.at_least", 2),
    ("engagement.max", 12),
    ("big.points", 25),
    ("big.when", "lead.size < 50"),
    ("score.max", 14),
    ("grades.A", 3),
    ("qualify.mql", "visit or gone"),
    ("qualify.hand_raise", "demo"),
    ("qualify.never", "lead.source = 'ads'"),
    ("timezone", "Pacific/Auckland"),
    ("paper.where", "title = 'x'"),
    ("gone.event", "Visit"),
    ("demo.distinct", "title"),
]


def rows(run: Any) -> list[Any]:
    return run.table().to_pylist()


@given(
    text=texts,
    history=histories(),
    changes=st.lists(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3), min_size=1, max_size=4),
)
@examples(part=4)
def test_a_changed_agreement_is_replayed_as_a_cold_run_would_be(
    text: str, history: dict[str, Any], changes: list[list[tuple[str, Any]]]
) -> None:
    until = int(END.timestamp()) * MICROS
    base = hr.load(text)
    with hr.Replay(base, **history, threads=1) as replay:
        for several in changes:
            try:
                agreement = changed(base, dict(several))
            except hr.Mistakes:
                continue  # at_least beside a decay, say
            warm = rows(replay.run(agreement, until=until))
            with hr.Replay(agreement, **history, threads=1) as cold:
                assert warm == rows(cold.run(agreement, until=until))


@given(text=texts, history=histories(), values=st.lists(st.integers(-5, 60), min_size=1, max_size=6))
@examples(part=4)
def test_a_sweep_over_thresholds_and_points_is_many_runs(
    text: str, history: dict[str, Any], values: list[int]
) -> None:
    base = hr.load(text)
    changes = {"visit.points": [2, 9], "threshold": sorted(set(values))}
    with hr.Replay(base, **history, threads=1) as replay:
        for row in replay.sweep(base, changes).to_pylist():
            alone = changed(base, {name: row[name] for name in changes})
            assert row["mqls"] == replay.run(alone).mqls


def test_only_what_asks_something_new_of_the_events_reads_them_anew() -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    events = [{"lead_id": "ann", "event": "Visit", "occurred_at": START, "title": "x"}]
    read: list[int] = []
    with hr.Replay(
        base, leads=[{"lead_id": "ann", "size": 9, "source": None}], events=events, progress=read.append
    ) as replay:
        at_first = len(read)
        for name, value in CHANGES:
            if not name.endswith((".where", ".event", ".distinct")):
                replay.run(changed(base, {name: value}))
        assert len(read) == at_first
        replay.run(changed(base, {"paper.where": "title = 'x'"}))
        assert len(read) > at_first


@pytest.mark.parametrize("name", ["visits.points", "nothing.points", "engagement.groups.mail.max"])
def test_a_parameter_that_is_not_there_is_a_mistake(name: str) -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    with pytest.raises(hr.Mistakes, match="HR606"):
        changed(base, {name: 1})


def test_without_a_number_that_the_score_has_to_pass_there_is_no_threshold_to_change() -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    with pytest.raises(hr.Mistakes, match="compares the score with no number"):
        changed(changed(base, {"qualify.mql": "visit"}), {"threshold": 5})
