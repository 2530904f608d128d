"""What does sales promise to do with a lead, and what becomes of one that it sends back?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import Scope
from handraiser.agreement.durations import read_duration, read_percent, read_promise
from handraiser.agreement.fields import Fields, condition, entries, items, name_of, value
from handraiser.agreement.hours import read_hours
from handraiser.agreement.model import (
    FOREVER,
    Escalation,
    FollowUp,
    Handoff,
    Promise,
    Promises,
    PromiseUnit,
    Reason,
    Recycle,
    Route,
)
from handraiser.agreement.nodes import Listing, Node, Scalar, under
from handraiser.agreement.notes import Notes
from handraiser.agreement.recipients import RecipientKind, read_escalation, read_recipients
from handraiser.agreement.scalars import Kind, kind_of
from handraiser.agreement.sections import Named, check_name
from handraiser.agreement.vocabulary import KEYS
from handraiser.agreement.wrong import Wrong
from handraiser.errors import Place

__all__ = ["read_handoff", "read_recycle"]

_PERCENTS_FIX = "Write percentages of the promise's time, as in `[50%, 80%]`."
_NO_PROMISE = Promise(unit=PromiseUnit.WALL)  # stands in for one that could not be read
_LEAST_TO_REASSIGN = 0.01
_NO_HOURS_FIX = "Write `hours:` with the open times, or promise plain hours."


def read_handoff(node: Node, notes: Notes) -> Handoff:
    """`handoff`: hours, promises, reminders, escalation and routes."""
    fields = Fields(node, notes, what="`handoff`", keys=KEYS["handoff"])
    hours = read_hours(fields["hours"], notes) if "hours" in fields else None
    handoff = Handoff(
        hours=hours,
        promises=_promises(fields),
        hand_raise=_hand_raise(fields, notes),
        follow_up=_follow_up(fields, notes),
        remind_at=_remind_at(fields, notes),
        escalate_at=_escalate_at(fields, notes),
        expire_after=fields.value("expire_after", _read_expiry, None),
        route=_routes(fields, notes),
    )
    everyone_has_hours = bool(handoff.route) and all(route.hours for route in handoff.route)
    if hours is None and not everyone_has_hours and "hours" not in fields:
        _check_hours(fields, handoff)
    return handoff


def _promises(fields: Fields) -> Promises:
    return Promises(
        accept_within=fields.value("accept_within", _read_any_promise, None),
        contact_within=fields.value("contact_within", _read_any_promise, None),
    )


def _read_any_promise(words: str) -> Promise | Wrong | None:
    return read_promise(words)


def _hand_raise(fields: Fields, notes: Notes) -> Promises:
    if "hand_raise" not in fields:
        return Promises()
    return _promises(
        Fields(fields["hand_raise"], notes, what="`handoff.hand_raise`", keys=KEYS["handoff.hand_raise"])
    )


def _follow_up(fields: Fields, notes: Notes) -> tuple[FollowUp, ...]:
    steps = []
    for node in _items(fields, "follow_up", fix="Write `- {do: call, within: 1 business hour}`."):
        step = Fields(node, notes, what="a step of `follow_up`", keys=KEYS["a step of handoff.follow_up"])
        step.need("do", "within")
        steps.append(FollowUp(do=step.text("do"), within=step.value("within", read_promise, _NO_PROMISE)))
    return tuple(steps)


def _items(fields: Fields, key: str, *, fix: str) -> tuple[Node, ...]:
    return items(fields[key], fields.notes, fix=fix) if key in fields else ()


def _read_share(words: str) -> float | Wrong:
    """A share of a promise's time: more than none of it, and it may be more than all."""
    share = read_percent(words)
    if share == 0.0 or (isinstance(share, float) and share > 1000):
        return Wrong(Code.BAD_PERCENT, f"`{words}` of a promise's time is no moment to act.", _PERCENTS_FIX)
    return share


def _read_share_to_reassign(words: str) -> float | Wrong:
    """A share after which a lead is another's: some time to act, or it goes through all hands at once."""
    share = _read_share(words)
    if isinstance(share, float) and share < _LEAST_TO_REASSIGN:
        says = f"After `{words}` of a promise's time a lead is reassigned before anybody has seen it."
        return Wrong(Code.BAD_PERCENT, says, "Write `1%` or more; mostly it is more than `100%`.")
    return share


def _remind_at(fields: Fields, notes: Notes) -> tuple[float, ...]:
    given = _items(fields, "remind_at", fix=_PERCENTS_FIX)
    shares = [value(node, notes, _read_share, 0.0, fix=_PERCENTS_FIX) for node in given]
    return tuple(sorted(set(shares)))


def _escalate_at(fields: Fields, notes: Notes) -> tuple[Escalation, ...]:
    steps = []
    for node in _items(fields, "escalate_at", fix="Write `[{at: 100%, to: manager}]`."):
        step = Fields(node, notes, what="a step of `escalate_at`", keys=KEYS["a step of handoff.escalate_at"])
        step.need("at", "to")
        to = _to(step, read_escalation)
        read = _read_share_to_reassign if to == RecipientKind.REASSIGN else _read_share
        steps.append(Escalation(at=step.value("at", read, 0.0), to=to))
    return tuple(sorted(steps, key=lambda step: step.at))


def _read_expiry(words: str) -> timedelta | Wrong | None:
    length = read_duration(words)
    if length == timedelta(0):
        return Wrong(Code.BAD_DURATION, f"`{words}` is no time at all.", "Write a longer time.")
    return None if length == FOREVER else length


def _routes(fields: Fields, notes: Notes) -> tuple[Route, ...]:
    given = _items(fields, "route", fix="Write `- {when: …, to: team americas}` for each route.")
    routes = [_route(node, notes) for node in given]
    for number, route in enumerate(routes[:-1]):
        if route.when is None and under(given[number], "when") is None:
            notes.warn(
                Code.UNREACHABLE_ROUTE,
                given[number + 1].at,
                "No lead takes this route: the one before it has no `when` and takes all.",
                "Move the route without `when` to the end.",
            )
            break
    return tuple(routes)


def _route(node: Node, notes: Notes) -> Route:
    fields = Fields(node, notes, what="a route", keys=KEYS["a route"])
    fields.need("to", fix="Write to whom, as in `to: team americas`.")
    return Route(
        to=_to(fields, read_recipients),
        when=condition(fields["when"], notes, Scope.ATTRIBUTES) if "when" in fields else None,
        promises=_promises(fields),
        hours=read_hours(fields["hours"], notes) if "hours" in fields else None,
    )


def _to(fields: Fields, read: Callable[[str], object]) -> str:
    """Whom `to` names, as it is written: what is signed does not change with how it is read."""
    words, node = fields.text("to"), fields.get("to")
    if isinstance(node, Scalar) and kind_of(node) is Kind.TEXT:
        found = read(words)
        if isinstance(found, Wrong):
            fields.notes.mistake(found.code, node.at, found.says, found.fix)
    return words


def _check_hours(fields: Fields, handoff: Handoff) -> None:
    """Business time needs open hours to be counted in."""
    for key, at in _in_business_time(fields, handoff):
        fields.notes.mistake(
            Code.NO_HOURS,
            at,
            f"`{key}` counts business time, and no `hours` say when that is.",
            _NO_HOURS_FIX,
        )


def _in_business_time(fields: Fields, handoff: Handoff) -> Iterator[tuple[str, Place]]:
    for key in ("accept_within", "contact_within"):
        if _is_business(getattr(handoff.promises, key)):
            yield key, fields[key].at
        if _is_business(getattr(handoff.hand_raise, key)):
            yield f"hand_raise.{key}", _place_of(fields["hand_raise"], key)
    for step, node in zip(handoff.follow_up, _list_of(fields, "follow_up"), strict=True):
        if _is_business(step.within):
            yield "follow_up", _place_of(node, "within")
    for route, node in zip(handoff.route, _list_of(fields, "route"), strict=True):
        for key in ("accept_within", "contact_within"):
            if route.hours is None and _is_business(getattr(route.promises, key)):
                yield f"route.{key}", _place_of(node, key)


def _list_of(fields: Fields, key: str) -> tuple[Node, ...]:
    given = fields.get(key)
    return given.items if isinstance(given, Listing) else ()


def _place_of(node: Node, key: str) -> Place:
    return (under(node, key) or node).at


def _is_business(promise: Promise | None) -> bool:
    return promise is not None and promise.unit is not PromiseUnit.WALL


def read_recycle(node: Node, notes: Notes) -> Recycle:
    """`recycle`: the reasons to send a lead back, and what each means."""
    fields = Fields(node, notes, what="`recycle`", keys=KEYS["recycle"])
    reasons = []
    if "reasons" in fields:
        for key, each in entries(fields["reasons"], notes, fix="Write `not_ready: {nurture: education}`."):
            name = name_of(key, notes)
            check_name(Named(name, "reason", key.at), notes)
            reasons.append(_reason(name, each, notes))
    return Recycle(
        reasons=tuple(reasons),
        requalify_after=fields.value("requalify_after", read_duration, timedelta(0)),
        forget_engagement=fields.truth("forget_engagement", default=False),
    )


def _reason(name: str, node: Node, notes: Notes) -> Reason:
    fields = Fields(node, notes, what=f"reason `{name}`", keys=KEYS["a reason of recycle"])
    return Reason(
        name=name,
        nurture=fields.text("nurture") if "nurture" in fields else None,
        disqualify=fields.truth("disqualify", default=False),
        requalify_after=fields.value("requalify_after", _read_own_pause, None),
    )


def _read_own_pause(words: str) -> timedelta | Wrong | None:
    return read_duration(words)
