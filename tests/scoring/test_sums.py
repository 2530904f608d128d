"""The walk through a lead's moments finds what summing anew at every moment finds.

Long histories of one lead, longer than the oracle could read: dense and sparse ones, late hits, weights of
both signs, decays far shorter and far longer than the history. The bar is exactly a score that some moment
has, so that an error in the sixth decimal would show.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.agreement import load
from handraiser.scoring.hits import OCCURRED
from handraiser.scoring.match import Matched, match
from handraiser.scoring.score import find_episodes, prepare, stand
from handraiser.tables import open_inputs

START = datetime(2026, 1, 1, tzinfo=UTC)
DECAYS = (
    "none", "half-life 1 minutes", "half-life 2 days", "half-life 400 days", "linear 3 hours",
    "linear 30 days", "steps 7% every 2 hours", "steps 0.5% every 1 days", "steps 40% every 20 days",
)  # fmt: skip
TEXT = """\
agreement: long
fit: {{rules: []}}
score: {{min: -1000000000, max: 1000000000}}
engagement:
  min: -1000000000
  max: 1000000000
  within: {within}
  decay: {decay}
  rules:
    - {{rule: one, event: One, points: {points}}}
    - {{rule: two, event: Two, points: 3, within: {within_two}, max: {most}}}
    - {{rule: many, event: Two, at_least: 3, points: 5}}
    - {{rule: third, event: [One, Two], points: 0.3333333}}
qualify: {{mql: "{bar}"}}
"""


class History(NamedTuple):
    """What a history is drawn from: its hits, their mean distance, the share of late ones, their signs."""

    seed: int
    hits: int
    gap: int
    late: float
    mixed: bool


HISTORIES = st.builds(
    History,
    seed=st.integers(0, 2**32),
    hits=st.sampled_from([40, 150, 400]),
    gap=st.sampled_from([20, 3_000, 80_000, 2_000_000]),
    late=st.sampled_from([0.0, 0.1, 0.6]),
    mixed=st.booleans(),
)
WORDS = st.fixed_dictionaries(
    {
        "within": st.sampled_from(["forever", "30 days", "5 hours"]),
        "within_two": st.sampled_from(["forever", "10 days", "10 minutes"]),
        "decay": st.sampled_from(DECAYS),
        "points": st.sampled_from(["value", "10", "-2.5", "value * 1000"]),
        "most": st.sampled_from(["20", "1000000"]),
    }
)


def events_of(history: History) -> list[dict[str, Any]]:
    random = np.random.default_rng(history.seed)
    events = []
    occurred = START
    for _ in range(history.hits):
        occurred += timedelta(seconds=int(random.integers(0, 2 * history.gap)))
        late = random.random() < history.late
        lag = timedelta(seconds=int(random.exponential(20 * history.gap)) if late else 0)
        value = random.normal() if history.mixed else random.random()
        events.append(
            {
                "lead_id": "ann",
                "event": "One" if random.random() < 0.6 else "Two",
                "occurred_at": occurred,
                "known_at": occurred + lag,
                "value": round(float(value), 3),
            }
        )
    return events


def moments(matched: Matched) -> list[int]:
    created = {int(at) for at in matched.leads.created}
    return sorted(created.union(int(row[matched.hits.begin]) for row in matched.hits.rows))


@given(HISTORIES, WORDS)
def test_the_walk_finds_the_first_moment_at_which_summing_anew_reaches_the_bar(
    history: History, words: dict[str, str]
) -> None:
    leads = [{"lead_id": "ann", "created_at": START}]
    inputs = open_inputs(leads=leads, events=events_of(history), threads=1)
    agreement = load(TEXT.format(bar="score > 0", **words))
    matched = match(agreement, inputs, threads=1)
    at = moments(matched)
    ready = prepare(agreement, matched)
    scores = np.array([stand(ready, t, points=False, threads=1).score[0] for t in at])
    for quantile in (0.5, 0.9, 1.0):
        bar = np.quantile(scores, quantile, method="nearest")
        for written in (f"score >= {bar:.6f}", f"score * 1 + 0 >= {bar:.6f}", f"score <= {bar:.6f}"):
            changed = prepare(load(TEXT.format(bar=written, **words)), matched)
            found = find_episodes(changed, at[-1], first_only=True, threads=1)
            reached = scores >= bar if ">=" in written else scores <= bar
            first = at[int(np.argmax(reached))] if reached.any() else None
            assert (int(found.at[0]) if found.found[0] else None) == first, written


@pytest.mark.parametrize("decay", DECAYS)
def test_all_moments_of_a_lead_with_very_many_hits_are_asked(decay: str) -> None:
    hits = 60_000
    events = [
        {"lead_id": "bot", "event": "One", "occurred_at": START + timedelta(seconds=7 * k)}
        for k in range(hits)
    ]
    words = {"within": "90 days", "within_two": "forever", "decay": decay, "points": "0.1", "most": "20"}
    text = TEXT.format(bar="score + 0 > 1000000", **words)
    inputs = open_inputs(leads=[{"lead_id": "bot"}], events=events, threads=1)
    ready = prepare(load(text), match(load(text), inputs, threads=1))
    assert len(ready.matched.hits.rows) == hits
    assert ready.matched.hits.rows[0, OCCURRED] < ready.matched.hits.rows[-1, OCCURRED]
    found = find_episodes(ready, int(ready.matched.hits.rows[-1, OCCURRED]), first_only=True, threads=1)
    assert not found.found[0]
