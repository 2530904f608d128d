"""Whatever is said of a lead, by whomever and in whatever order: what is kept of it fits together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraiser.errors import Mistakes
from handraiser.flows.verbs import VERBS
from handraiser.lifecycle.moves import ALLOWED
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import ENDED, OPEN, OUTCOMES, Stage
from handraiser.store.models import Alarm, Audit, Deadline, Episode, LogEntry, Move, Pause
from tests.servers import Database
from tests.verdicts.office import MINUTE, Office

SAID: Mapping[Act, dict[str, Any]] = {
    Act.RECYCLE: {"reason": "not_ready"},
    Act.DISQUALIFY: {"reason": "bad_data"},
    Act.LOG: {"kind": "call"},
    Act.OPPORTUNITY: {"amount": 5.0},
    Act.PAUSE: {"why": "waits for the lead"},
    Act.ASSIGN: {"to": "sid@made.example"},
}
WHO = ("olga", "tom", "sid", "max", "mara")
STEPS = st.lists(st.tuples(st.sampled_from(Act), st.sampled_from(WHO), st.integers(0, 12)), max_size=14)


@pytest.fixture
def office(database: Database) -> Office:
    return Office()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_moves_stage_outcomes_and_clocks_agree_after_whatever_is_said(
    office: Office, steps: list[tuple[Act, str, int]]
) -> None:
    episode = office.arrives(f"lead{Episode.objects.count()}")
    for act, who, minutes in steps:
        office.live.later(minutes * MINUTE)
        before = kept(office, episode)
        try:
            VERBS[act](episode, by=f"{who}@made.example", now=office.now, **SAID.get(act, {}))
        except Mistakes:
            assert kept(office, episode) == before
        fits_together(office, episode)


def kept(office: Office, episode: int) -> tuple[object, ...]:
    """All that is kept of an episode, to be compared."""
    handoff = {name: value for name, value in vars(office.handoff(episode)).items() if name != "_state"}
    return (
        handoff,
        office.moves(episode),
        office.outcomes(episode),
        office.waiting(episode),
        Audit.objects.count(),
    )


def fits_together(office: Office, episode: int) -> None:
    handoff = office.handoff(episode)
    moves = list(Move.objects.filter(episode=episode).order_by("id"))
    stage = Stage(handoff.stage)
    # Each move begins where the one before ended, and is allowed or takes one back.
    assert [each.was for each in moves] == ["", *(each.became for each in moves[:-1])]
    assert moves[-1].became == stage
    for each in moves[1:]:
        back = each.undoes
        assert Stage(each.became) in ALLOWED[Stage(each.was)] or back is not None
        assert back is None or (back.was, back.became) == (each.became, each.was)
    undone = {each.undoes_id for each in moves}
    standing = [each for each in moves[1:] if each.undoes_id is None and each.pk not in undone]
    verdicts = [Stage(each.became) for each in standing if not each.inferred]
    assert [OUTCOMES[said] for said in office.outcomes(episode)] == verdicts
    assert (handoff.accepted_at is not None) == any(each.became == Stage.SAL for each in standing)
    assert (handoff.ended_at is None) == (stage in OPEN)
    assert (handoff.contacted_at is None) == (not LogEntry.objects.filter(episode=episode).exists())
    clocks_fit(office, episode)
    if stage in ENDED:
        assert not Alarm.objects.filter(episode=episode, closed_at=None).exists()
    elif stage in OPEN:
        assert handoff.owner_id is not None or Alarm.objects.filter(episode=episode, closed_at=None).exists()


def clocks_fit(office: Office, episode: int) -> None:
    """What waits is what is still to be done, and stands still just while it is paused."""
    handoff = office.handoff(episode)
    calls = LogEntry.objects.filter(episode=episode).count()
    owed: set[tuple[str, int]] = set()
    if handoff.stage in ("mql", "sal"):
        done = [0, 2][:calls]  # of call, email, call
        owed |= {("follow_up", step) for step in range(3) if step not in done}
        owed |= set() if calls else {("contact", 0)}
    if handoff.stage == "mql":
        owed |= {("accept", 0), ("expire", 0)}
    assert office.waiting(episode) == owed
    paused = Pause.objects.filter(episode=episode, ends_at=None).exists()
    assert not (paused and handoff.stage not in OPEN)
    assert set(Deadline.objects.filter(episode=episode, done_at=None).values_list("held", flat=True)) <= {
        paused
    }
