"""Small histories for back-tests: a few leads, what they did, and what sales said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

START = datetime(2026, 1, 28, tzinfo=UTC)
NAMES = ["ann", "ben", "cleo", "dan", "eve", "fay"]
EVENTS = ["Visit", "Paper", "Demo", "Gone"]
STAGES = ["accepted", "sql", "opportunity", "customer", "lost", "recycled", "disqualified", "reopened"]
TEXT = """
agreement: tested
timezone: America/New_York
fit:
  rules: [{{rule: big, when: lead.size > 50, points: {big}}}]
  grades: {{A: 10}}
engagement:
  max: {most}
  rules:
    - {{rule: visit, event: Visit, points: {visit}, at_most: 2 per day, decay: half-life {half} days}}
    - {{rule: paper, event: Paper, points: 20, within: {window} days}}
    - {{rule: demo, event: Demo, points: 5}}
    - {{rule: gone, event: Gone, points: -15}}
qualify:
  mql: score > {threshold} and (visit or paper)
  hand_raise: demo and fit >= 10
"""

instants = st.integers(0, 60 * 24).map(lambda hours: START + timedelta(hours=hours))
numbers = {
    "big": st.sampled_from([0, 5, 10]),
    "most": st.sampled_from([30, 100]),
    "visit": st.sampled_from([3, 8, 12]),
    "half": st.sampled_from([2, 7, 30]),
    "window": st.sampled_from([3, 30]),
    "threshold": st.sampled_from([5, 12, 20, 27]),
}
texts = st.fixed_dictionaries(numbers).map(lambda chosen: TEXT.format(**chosen))


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    leads = [
        {
            "lead_id": name,
            "created_at": draw(st.none() | instants),
            "size": draw(st.sampled_from([None, 10, 100])),
            "source": draw(st.sampled_from([None, "ads", "search"])),
        }
        for name in NAMES
    ]
    event = st.fixed_dictionaries(
        {"lead_id": st.sampled_from(NAMES), "event": st.sampled_from(EVENTS), "occurred_at": instants}
    )
    said = st.fixed_dictionaries(
        {
            "lead_id": st.sampled_from(NAMES),
            "stage": st.sampled_from([*STAGES, "customer"]),
            "at": instants,
            "agreement": st.sampled_from([None, None, "tested", "another"]),
        }
    )
    return {
        "leads": leads,
        "events": draw(st.lists(event, min_size=1, max_size=40)),
        "outcomes": draw(st.lists(said, min_size=1, max_size=8)),
    }
