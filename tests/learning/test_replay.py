"""What is asked again of data read once is what a cold run would say, whatever was asked before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
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


AGREEMENT = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))


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


@pytest.mark.parametrize(
    "name", ["visits.points", "nothing.points", "engagement.groups.mail.max", "treshold", "mql"]
)
def test_a_parameter_that_is_not_there_is_a_mistake(name: str) -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    with pytest.raises(hr.Mistakes, match="HR606"):
        changed(base, {name: 1})


def test_without_a_number_that_the_score_has_to_pass_there_is_no_threshold_to_change() -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    with pytest.raises(hr.Mistakes, match="compares the score with no number"):
        changed(changed(base, {"qualify.mql": "visit"}), {"threshold": 5})


def test_a_mistyped_threshold_is_answered_with_the_right_name() -> None:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    with pytest.raises(hr.Mistakes, match="Did you mean `threshold`"):
        changed(base, {"treshold": 5})


@pytest.fixture
def replay() -> Iterator[hr.Replay]:
    base = hr.load(TEXT.format(big=5, most=30, visit=3, half=2, window=3, threshold=5))
    events = [
        {"lead_id": "ann", "event": "Visit", "occurred_at": START + timedelta(days=day)} for day in (1, 2, 40)
    ]
    with hr.Replay(base, leads=[{"lead_id": "ann", "size": 9, "source": None}], events=events) as replay:
        yield replay


@pytest.mark.parametrize("values", [["x"], [float("nan")], [True], [None]])
def test_a_threshold_is_a_number(replay: hr.Replay, values: list[object]) -> None:
    with pytest.raises(hr.Mistakes, match="A threshold is a number, not"):
        replay.sweep(AGREEMENT, {"threshold": values})


@pytest.mark.parametrize("values", [30, "30"])
def test_a_parameter_takes_a_list_of_values(replay: hr.Replay, values: Any) -> None:
    with pytest.raises(TypeError, match="threshold takes a list of values"):
        replay.sweep(AGREEMENT, {"threshold": values})


def test_thresholds_may_be_numbers_of_any_kind(replay: hr.Replay) -> None:
    swept = replay.sweep(AGREEMENT, {"threshold": np.arange(1, 4)})
    assert swept.column("threshold").to_pylist() == [1, 2, 3]


def test_an_instant_is_given_in_any_way_that_a_back_test_takes(replay: hr.Replay) -> None:
    agreement = AGREEMENT
    day = (START + timedelta(days=3)).date()
    told = [
        replay.run(agreement, until=until).table()
        for until in (day, str(day), datetime(*day.timetuple()[:3]))
    ]
    micros = int(datetime(*day.timetuple()[:3], tzinfo=UTC).timestamp()) * MICROS
    assert all(each.equals(replay.run(agreement, until=micros).table()) for each in told)
    assert replay.sweep(agreement, {"threshold": [1]}, until=str(day)).num_rows == 1
    with pytest.raises(hr.Mistakes, match="HR601"):
        replay.run(agreement, until="soon")


def test_episodes_are_the_first_or_all(replay: hr.Replay) -> None:
    with pytest.raises(ValueError, match="first or all, not ALL"):
        replay.run(AGREEMENT, episodes="ALL")
