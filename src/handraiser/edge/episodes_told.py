"""How is a lead with sales told in a terminal: why, whose, by when what, and how it came to that?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handraiser.edge.listing import listed, to_second
from handraiser.flows.held import Held
from handraiser.handoff.about import Lead, called
from handraiser.handoff.why import why
from handraiser.lifecycle.stages import Stage
from handraiser.store import models
from handraiser.store.handoffs import Alarmed, History, Listed, history_of_handoff
from handraiser.store.known_as import leads_told

__all__ = ["alarms_told", "episode_told", "episodes_told", "who_it_is"]

_Row = tuple[int, str, str]


def who_it_is(lead: Lead) -> str:
    """Return who a lead is in a line: `Ann Field of Acme, ann@acme.example`; empty where nobody knows."""
    if not (lead.name or lead.email):
        return f"of {lead.company}" if lead.company else ""
    return f"{called(lead)}, {lead.email}" if lead.name and lead.email else called(lead)


def episodes_told(found: Sequence[Listed]) -> str:
    """Return hand-offs as a list; who it is stands last, since that has blanks."""
    if not found:
        return "There are no such episodes."
    leads = leads_told({each.lead for each in found})
    rows = [
        (
            str(each.episode),
            str(each.lead),
            each.agreement,
            each.stage,
            each.owner or "nobody",
            to_second(each.handed_at) if each.handed_at else "",
            to_second(each.due_at) if each.due_at else "",
            who_it_is(leads[each.lead]),
        )
        for each in found
    ]
    return listed(("ID", "lead", "agreement", "stage", "owner", "handed off", "due", "who"), rows)


def alarms_told(found: Sequence[Alarmed]) -> str:
    """Return alarms as a list."""
    if not found:
        return "There are no open alarms."
    rows = [
        (
            str(each.handoff.pk),
            to_second(each.alarm.opened_at),
            str(each.lead.number),
            each.handoff.agreement,
            who_it_is(each.lead),
            " ".join(each.alarm.why.split()),
        )
        for each in found
    ]
    return listed(("episode", "since", "lead", "agreement", "who", "why"), rows)


def episode_told(held: Held) -> str:
    """Return all that there is to tell of a hand-off, in lines."""
    history = history_of_handoff(held.handoff)
    parts = ["\n".join(_head(held)), _why(held), _clocks(held, history), _what_happened(history)]
    return "\n\n".join(part for part in parts if part)


def _head(held: Held) -> Iterator[str]:
    handoff, episode = held.handoff, held.episode
    yield f"Episode {handoff.pk} of lead {held.lead}, number {episode.ordinal} under {handoff.agreement}"
    lead = leads_told([held.lead])[held.lead]
    yield from filter(None, (who_it_is(lead), lead.job_title))
    yield f"{handoff.stage} since {to_second(handoff.stage_at)}{_reason(handoff)}"
    team = "" if handoff.team is None else f", of the team {handoff.team.name}"
    yield f"{_whose(handoff.owner)}{team}"
    if handoff.handed_at is None:
        yield "From history: it was never handed off, and no clock runs."
    else:
        yield f"Handed off {to_second(handoff.handed_at)}"
    for what, at, open_time in (
        ("Accepted", handoff.accepted_at, handoff.accept_business),
        ("First contact", handoff.contacted_at, handoff.contact_business),
    ):
        if at is not None:
            yield f"{what} {to_second(at)}{_after(handoff.handed_at, at, open_time)}"


def _reason(handoff: models.Handoff) -> str:
    return f": {handoff.reason}" if handoff.reason and handoff.stage != Stage.LEAD else ""


def _whose(user: models.User | None) -> str:
    return "Nobody's" if user is None else f"{user.email}'s"


def _after(since: int | None, at: int, open_time: int | None) -> str:
    if since is None:
        return ""
    business = "" if open_time is None else f", {_length(open_time)} of it open"
    return f", after {_length(max(at - since, 0))}{business}"


def _length(microseconds: int) -> str:
    """Return a length of time to the minute: 26 h 05 min."""
    hours, minutes = divmod(microseconds // 60_000_000, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _why(held: Held) -> str:
    lines = why(held.agreement, held.episode.reasons, hand_raise=held.episode.hand_raise)
    return "\n".join(["Why", *(f"  {line}" for line in lines)])


def _clocks(held: Held, history: History) -> str:
    if held.handoff.ended_at is not None:
        return ""
    rows = [
        (_what(held, each), to_second(each.due_at), _state(each))
        for each in history.deadlines
        if each.act in ("due", "expire") and (each.done_at is None or _is_owed(held, each))
    ]
    return listed(("to do", "due", ""), rows) if rows else ""


def _is_owed(held: Held, each: models.Deadline) -> bool:
    """Return whether what was due, and has been told of, is still to be done."""
    handoff = held.handoff
    if not each.fired:
        return False
    if each.kind == "accept":
        return handoff.stage == Stage.MQL and each.round == handoff.round
    return each.kind == "contact" and handoff.contacted_at is None and handoff.stage in ("mql", "sal")


def _what(held: Held, each: models.Deadline) -> str:
    if each.kind != "follow_up":
        return each.kind
    return held.agreement.handoff.follow_up[each.step].do


def _state(each: models.Deadline) -> str:
    return "too late" if each.fired else "stands still" if each.held else ""


def _what_happened(history: History) -> str:
    happened: list[_Row] = [
        *map(_moved, history.moves),
        *map(_assigned, history.assignments),
        *((each.at, each.by, _noted(each.kind, each.note)) for each in history.log),
        *((each.begins_at, each.by, f"clocks stand still: {each.why}") for each in history.pauses),
        *((each.ends_at, "", "clocks run again") for each in history.pauses if each.ends_at is not None),
    ]
    rows = [(to_second(at), by, what) for at, by, what in sorted(happened, key=lambda row: row[0])]
    return listed(("when", "who", "what"), rows)


def _moved(each: models.Move) -> _Row:
    if each.undoes_id is not None:
        return each.at, each.by, f"{each.was} taken back: {each.became}"
    why = f", {each.why}" if each.why else ""
    said = [f"{name}: {value}" for name, value in _said(each.details) if value is not None]
    return each.at, each.by, _noted(f"{each.became}{why}", "; ".join([*filter(None, [each.note]), *said]))


def _said(details: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in details.items():
        yield name.replace("_", " "), value


def _assigned(each: models.Assignment) -> _Row:
    return each.at, each.by, f"{_whose(each.user)}: {each.why}"


def _noted(what: str, note: str) -> str:
    return f"{what}: {' '.join(note.split())}" if note else what
