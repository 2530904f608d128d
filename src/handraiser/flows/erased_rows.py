"""What of somebody's visits and of what sales did is still counted when nothing says whose it was?"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from handraiser.flows.erased_traces import Traces, says_who
from handraiser.flows.live import agreement_of
from handraiser.flows.profiling import OBJECTED
from handraiser.store.bulk import among, change, query, statement
from handraiser.store.models import (
    Assignment,
    Audit,
    Episode,
    Handoff,
    LogEntry,
    Move,
    Outcome,
    Outgoing,
    Pause,
)

__all__ = ["blank_selling", "keep_touches"]

_TOUCH = ("source", "medium", "campaign", "channel")
_VISIT = "Touch"  # what an event is called of which only that is left
_LONGEST = 200  # letters of a touch
_COUNTED = ("amount", "currency", "expected_close", "competitor", "misled_by")
_AUDITED = frozenset({"join", "joined", "was", "at", "to", "open", "consent", "people", "messages"})
_KEPT = {"event_id": "text", "event": "text", "session_id": "text", "properties": "text"}


def keep_touches(people: Collection[int], traces: Traces) -> None:
    """Leave of what somebody did where each visit came from, and when; within the caller's transaction."""
    condition, parameters = among("person_id", people)
    sql = f"SELECT id, session_id, properties FROM store_activity WHERE {condition} ORDER BY occurred_at, id"
    visits: dict[str, tuple[int, str]] = {}
    gone = []
    for number, visit, properties in query(sql, parameters):
        touch = _touch(json.loads(properties), traces)
        if touch and visit not in visits:
            visits[visit] = number, json.dumps(touch)
        else:
            gone.append(number)
    condition, parameters = among("person_id", people)
    statement(f"DELETE FROM store_judgement WHERE {condition}", parameters)
    condition, parameters = among("id", gone)
    statement(f"DELETE FROM store_activity WHERE {condition}", parameters)
    rows = [
        (number, f"erased:{number}", _VISIT, f"erased:{number}", said) for number, said in visits.values()
    ]
    change("store_activity", "id", _KEPT, rows)


def _touch(properties: Mapping[str, Any], traces: Traces) -> dict[str, str]:
    said = {name: properties.get(name) for name in _TOUCH}
    return {
        name: value
        for name, value in said.items()
        if isinstance(value, str) and len(value) <= _LONGEST and not says_who(value, traces)
    }


def blank_selling(people: Collection[int], traces: Traces) -> None:
    """Leave of what sales did and said what is counted, and no word of anybody's own; as above."""
    episodes = list(Episode.objects.filter(lead__in=people).select_related("publication"))
    numbers = [each.pk for each in episodes]
    reasons = {reason.name for each in episodes for reason in agreement_of(each.publication).recycle.reasons}
    reasons |= {OBJECTED, "expired"}
    LogEntry.objects.filter(episode__in=numbers).update(note="")
    Pause.objects.filter(episode__in=numbers).update(why="")
    Assignment.objects.filter(episode__in=numbers, kind="hand").update(why="")
    Outgoing.objects.filter(episode__in=numbers).delete()
    for move in Move.objects.filter(episode__in=numbers):
        move.note = ""
        move.details = {
            name: value
            for name, value in move.details.items()
            if name in _COUNTED and not says_who(str(value), traces)
        }
        if move.by != "handraiser" and not move.inferred and move.why not in reasons:
            move.why = ""
        move.save(update_fields=["note", "details", "why"])
    for handoff in Handoff.objects.filter(pk__in=numbers).exclude(reason__in=reasons).exclude(reason=None):
        handoff.reason = None
        handoff.save(update_fields=["reason"])
    for outcome in Outcome.objects.filter(person__in=people):
        outcome.note = None
        outcome.reason = outcome.reason if outcome.reason in reasons else None
        if outcome.competitor is not None and says_who(outcome.competitor, traces):
            outcome.competitor = None
        outcome.save(update_fields=["note", "reason", "competitor"])
    _blank_audit(people, numbers)


def _blank_audit(people: Collection[int], episodes: Collection[int]) -> None:
    about = [*(f"lead {each}" for each in people), *(f"episode {each}" for each in episodes)]
    for row in Audit.objects.filter(subject__in=about):
        row.details = {name: value for name, value in row.details.items() if name in _AUDITED}
        row.save(update_fields=["details"])
