"""What is told of hand-offs: put together from what is kept of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from handraiser.edge.web.answering import refusal
from handraiser.edge.web.api import handed
from handraiser.handoff.about import Lead
from handraiser.lifecycle.stages import Stage
from handraiser.scoring.cited import moment
from handraiser.store import models
from handraiser.store.handoffs import (
    Alarmed,
    Listed,
    Place,
    alarmed,
    alarms_open,
    handoff_of,
    handoffs,
    history_of_handoff,
)
from handraiser.store.known_as import leads_told

__all__ = [
    "alarms_after",
    "alarms_told",
    "handoff_told",
    "handoffs_after",
    "listed_told",
    "outcome_told",
    "place_asked",
    "stage_asked",
]

_PLACE = re.compile(r"(\d{1,18}|4611686018427387904)\.(\d{1,18})", re.ASCII)
_SECOND = 1_000_000


def handoff_told(episode: int) -> handed.Handoff:
    """Return a hand-off with all that is kept of it. Raises Answered with 404 where there is none."""
    found = handoff_of(episode)
    if found is None:
        fix = "GET /api/handoffs shows which there are; agreements that only run beside hand nothing off."
        raise refusal(404, f"There is no hand-off {episode}.", fix=fix)
    history = history_of_handoff(found)
    its = found.episode
    who = leads_told([its.lead.root_id])[its.lead.root_id]
    return handed.Handoff(
        id=found.pk,
        lead_id=str(its.lead.root_id),
        lead=_who(who),
        agreement=found.agreement,
        fingerprint=its.fingerprint,
        ordinal=its.ordinal,
        begun_at=moment(its.begun_at),
        hand_raise=its.hand_raise,
        from_history=its.from_history,
        stage=found.stage,
        stage_at=moment(found.stage_at),
        owner=_address(found.owner),
        team=_name(found.team),
        route=found.route,
        round=found.round,
        handed_at=_at(found.handed_at),
        accepted_at=_at(found.accepted_at),
        seconds_to_accept=_between(found.handed_at, found.accepted_at),
        business_seconds_to_accept=_seconds(found.accept_business),
        contacted_at=_at(found.contacted_at),
        seconds_to_contact=_between(found.handed_at, found.contacted_at),
        business_seconds_to_contact=_seconds(found.contact_business),
        ended_at=_at(found.ended_at),
        reason=found.reason,
        paused=any(each.ends_at is None for each in history.pauses),
        moves=[_move(each) for each in history.moves],
        assignments=[_assignment(each) for each in history.assignments],
        log=[_done(each) for each in history.log],
        deadlines=[_deadline(each) for each in history.deadlines],
        alarms=[_alarm(Alarmed(each, found, who)) for each in history.alarms],
        pauses=[_pause(each) for each in history.pauses],
    )


def handoffs_after(
    after: Place | None, *, most: int, owner: str | None, team: str | None, stage: str | None,
    is_open: bool | None, agreement: str | None,
) -> handed.Handoffs:  # fmt: skip
    """Return a page of hand-offs by due time."""
    found = handoffs(
        owner=owner, team=team, stage=stage, is_open=is_open, agreement=agreement, after=after, most=most + 1
    )
    return listed_told(found[:most], more=len(found) > most)


def listed_told(page: Sequence[Listed], *, more: bool = False) -> handed.Handoffs:
    """Return hand-offs of a list, and where the next page begins if there is one."""
    place = "{0.due_at}.{0.episode}".format(page[-1].place) if more else None
    who = leads_told({each.lead for each in page})
    return handed.Handoffs(handoffs=[_waiting(each, who[each.lead]) for each in page], next=place)


def alarms_after(after: int, *, most: int) -> handed.Alarms:
    """Return a page of alarms that are open."""
    found = alarms_open(after=after, most=most + 1)
    return alarms_told(found[:most], after=after, more=len(found) > most)


def alarms_told(page: Sequence[models.Alarm], *, after: int = 0, more: bool = False) -> handed.Alarms:
    """Return alarms with the leads that they are of, in their order."""
    alarms = [_alarm(each) for each in alarmed(page)]
    return handed.Alarms(alarms=alarms, next=max([after, *(each.pk for each in page)]), more=more)


def outcome_told(kept: models.Outcome) -> handed.OutcomeKept:
    """Return what is kept of what was said of a lead."""
    return handed.OutcomeKept(
        id=kept.pk,
        lead_id=str(kept.person.root_id),
        agreement=kept.agreement,
        stage=kept.stage,
        at=moment(kept.at),
        episode=kept.episode_id,
        skips=kept.episode_id is None,
        reason=kept.reason,
        by=kept.by,
    )


def place_asked(after: str | None) -> Place | None:
    """Return where a page begins. Raises Answered with 400 where it is no place in the list."""
    if after is None:
        return None
    found = _PLACE.fullmatch(after)
    if found is None:
        raise refusal(400, "`after` is no place in the list.", fix="Give `next` of the page before.")
    return Place(int(found[1]), int(found[2]))


def stage_asked(stage: str | None) -> str | None:
    """Return the stage that is meant. Raises Answered with 400 where there is none of that name."""
    if stage is None or stage in list(Stage):
        return stage
    raise refusal(400, f"`{stage[:40]}` is no stage.", fix=f"Stages are {', '.join(Stage)}.")


def _who(lead: Lead) -> handed.Who:
    return handed.Who(
        name=lead.name or None,
        email=lead.email or None,
        job_title=lead.job_title or None,
        company=lead.company or None,
    )


def _waiting(each: Listed, lead: Lead) -> handed.Waiting:
    return handed.Waiting(
        id=each.episode,
        lead_id=str(each.lead),
        lead=_who(lead),
        agreement=each.agreement,
        stage=each.stage,
        stage_at=moment(each.stage_at),
        owner=each.owner,
        team=each.team,
        handed_at=_at(each.handed_at),
        ended_at=_at(each.ended_at),
        reason=each.reason,
        hand_raise=each.hand_raise,
        due_at=_at(each.due_at),
    )


def _move(each: models.Move) -> handed.Move:
    return handed.Move(
        id=each.pk, at=moment(each.at), was=each.was or None, became=each.became, by=each.by, why=each.why,
        note=each.note, details=each.details, inferred=each.inferred, fingerprint=each.fingerprint,
        undoes=each.undoes_id,
    )  # fmt: skip


def _assignment(each: models.Assignment) -> handed.Assignment:
    return handed.Assignment(
        at=moment(each.at), owner=_address(each.user), team=_name(each.team), kind=each.kind, by=each.by,
        why=each.why,
    )  # fmt: skip


def _done(each: models.LogEntry) -> handed.Done:
    return handed.Done(
        kind=each.kind, at=moment(each.at), logged_at=moment(each.logged_at), by=each.by, note=each.note
    )


def _deadline(each: models.Deadline) -> handed.Deadline:
    return handed.Deadline(
        kind=each.kind, step=each.step, round=each.round, act=each.act, share=each.share, to=each.to,
        due_at=moment(each.due_at), held=each.held, done_at=_at(each.done_at), fired=each.fired,
    )  # fmt: skip


def _alarm(alarmed: Alarmed) -> handed.Alarm:
    each, handoff, lead = alarmed
    return handed.Alarm(
        id=each.pk, episode=handoff.pk, lead_id=str(lead.number), lead=_who(lead),
        agreement=handoff.agreement, stage=handoff.stage, team=_name(handoff.team), kind=each.kind,
        why=each.why, opened_at=moment(each.opened_at), closed_at=_at(each.closed_at),
    )  # fmt: skip


def _pause(each: models.Pause) -> handed.Pause:
    return handed.Pause(why=each.why, by=each.by, begins_at=moment(each.begins_at), ends_at=_at(each.ends_at))


def _at(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _address(user: models.User | None) -> str | None:
    return None if user is None else user.email


def _name(team: models.Team | None) -> str | None:
    return None if team is None else team.name


def _between(since: int | None, until: int | None) -> float | None:
    """Return seconds; 0 where it was done before the hand-off."""
    return None if since is None or until is None else max(until - since, 0) / _SECOND


def _seconds(length: int | None) -> float | None:
    return None if length is None else length / _SECOND
