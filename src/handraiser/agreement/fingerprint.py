"""Do two agreements mean the same?

The canonical form says everything that an agreement means and nothing else, in the agreement's own
words: keys sorted, defaults filled in, one way to write each value. It is spelled out key by key, so
that a change of our own model cannot change the fingerprint of an agreement that both sides signed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from handraiser.agreement.model import (
    FOREVER,
    Agreement,
    Decay,
    DecayKind,
    EventRule,
    FitRule,
    Group,
    Handoff,
    Hours,
    Limits,
    Promise,
    Promises,
    PromiseUnit,
    Recycle,
    Section,
    SilenceRule,
    Sql,
)

__all__ = ["canonical", "fingerprint"]

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def fingerprint(agreement: Agreement) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(agreement)).hexdigest()


def canonical(agreement: Agreement) -> bytes:
    """What the agreement means as JSON: equal bytes for equal meaning.

    Titles, `say`, comments and places are left out; the order of rules, bands, steps and routes is
    kept, that of keys and of the items of a list of texts is not.
    """
    form = _agreement(agreement)
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _agreement(agreement: Agreement) -> Json:
    return {
        "agreement": agreement.name,
        "timezone": agreement.timezone,
        "currency": agreement.currency,
        "lists": {name: _set(words) for name, words in agreement.lists.items()},
        "targets": {
            "mqls_per_month": _number(agreement.targets.mqls_per_month),
            "mql_to_sql": _number(agreement.targets.mql_to_sql),
            "sql_to_customer": _number(agreement.targets.sql_to_customer),
            "accepted_in_time": _number(agreement.targets.accepted_in_time),
            "contacted_in_time": _number(agreement.targets.contacted_in_time),
        },
        "fit": {
            **_section(agreement.fit),
            "grades": {name: _number(bound) for name, bound in agreement.grades},
        },
        "engagement": _section(agreement.engagement),
        "score": _limits(agreement.score),
        "qualify": {
            "mql": _sql(agreement.qualify.mql),
            "hand_raise": _sql(agreement.qualify.hand_raise),
            "never": _sql(agreement.qualify.never),
        },
        "handoff": _handoff(agreement.handoff, agreement.timezone),
        "recycle": _recycle(agreement.recycle),
    }


def _section(section: Section) -> dict[str, Json]:
    groups: dict[str, Json] = {group.name: _group(group) for group in section.groups}
    return {"rules": [_rule(rule) for rule in section.rules], "groups": groups, **_limits(section.limits)}


def _group(group: Group) -> Json:
    return {**_limits(group.limits)}


def _rule(rule: FitRule | EventRule | SilenceRule) -> Json:
    head: dict[str, Json] = {"rule": rule.name, "group": rule.group, **_limits(rule.limits)}
    match rule:
        case FitRule():
            bands = [{"when": _sql(band.when), "points": _points(band.points)} for band in rule.bands]
            return {**head, "points": [*bands]}
        case SilenceRule():
            return {**head, "silent_for": _duration(rule.silent_for), "points": _points(rule.points)}
        case EventRule():
            return {**head, **_event_rule(rule)}


def _event_rule(rule: EventRule) -> dict[str, Json]:
    return {
        "event": _set(rule.event),
        "where": _sql(rule.where),
        "points": _points(rule.points),
        "distinct": rule.distinct,
        "at_most": f"{rule.at_most.count} per {rule.at_most.per.value}" if rule.at_most else None,
        "at_least": rule.at_least,
        "within": _duration(rule.within),
        "decay": _decay(rule.decay),
        "machines": "count" if rule.count_machines else "ignore",
    }


def _handoff(handoff: Handoff, timezone: str) -> Json:
    return {
        "hours": _hours(handoff.hours, timezone),
        **_promises(handoff.promises),
        "hand_raise": {**_promises(handoff.hand_raise)},
        "follow_up": [{"do": step.do, "within": _promise(step.within)} for step in handoff.follow_up],
        "remind_at": [_number(share) for share in sorted(set(handoff.remind_at))],
        "escalate_at": [{"at": _number(step.at), "to": step.to} for step in handoff.escalate_at],
        "expire_after": _duration(handoff.expire_after),
        "route": [
            {
                "when": _sql(route.when),
                "to": route.to,
                "hours": _hours(route.hours, timezone),
                **_promises(route.promises),
            }
            for route in handoff.route
        ],
    }


def _hours(hours: Hours | None, timezone: str) -> Json:
    if hours is None:
        return None
    week: dict[str, Json] = {
        day: ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in intervals)
        for day, intervals in zip(_DAYS, hours.week, strict=True)
    }
    return {**week, "holidays": _set(hours.holidays), "timezone": hours.timezone or timezone}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _recycle(recycle: Recycle) -> Json:
    return {
        "reasons": {
            reason.name: {
                "nurture": reason.nurture,
                "disqualify": reason.disqualify,
                # The section's own where the reason says nothing: so it is filled in, like any default.
                "requalify_after": _duration(
                    recycle.requalify_after if reason.requalify_after is None else reason.requalify_after
                ),
            }
            for reason in recycle.reasons
        },
        "requalify_after": _duration(recycle.requalify_after),
        "forget_engagement": recycle.forget_engagement,
    }


def _limits(limits: Limits) -> dict[str, Json]:
    return {"min": _number(limits.min), "max": _number(limits.max)}


def _promises(promises: Promises) -> dict[str, Json]:
    return {
        "accept_within": _promise(promises.accept_within),
        "contact_within": _promise(promises.contact_within),
    }


def _promise(promise: Promise | None) -> Json:
    if promise is None:
        return None
    match promise.unit:
        case PromiseUnit.BUSINESS_DAYS:
            return f"{promise.days} business days"
        case PromiseUnit.BUSINESS:
            return f"{_minutes(promise.length)} business minutes"
        case PromiseUnit.WALL:
            return f"{_minutes(promise.length)} minutes"


def _decay(decay: Decay) -> Json:
    match decay.kind:
        case DecayKind.NONE:
            return "none"
        case DecayKind.STEPS:
            return f"steps {_number(decay.percent)}% every {_duration(decay.over)}"
        case DecayKind.HALF_LIFE | DecayKind.LINEAR:
            return f"{decay.kind.value} {_duration(decay.over)}"


def _duration(length: timedelta | None) -> str:
    return "forever" if length is None or length == FOREVER else f"{_minutes(length)} minutes"


def _minutes(length: timedelta) -> Json:
    return _number(length / timedelta(minutes=1))


def _points(points: float | Sql) -> Json:
    return _sql(points) if isinstance(points, Sql) else _number(points)


def _sql(sql: Sql | None) -> Json:
    return None if sql is None else sql.text.strip()


def _number(number: float | None) -> Json:
    """The number as JSON writes it in one way only: whole ones without a fraction, and no -0."""
    if number is None or not float(number).is_integer() or abs(number) >= 1e15:
        return number
    return int(number)


def _set(words: tuple[str, ...]) -> Json:
    return [*sorted(set(words))]
