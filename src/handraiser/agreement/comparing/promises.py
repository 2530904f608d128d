"""What has changed in what sales promises, and is it more to keep, or less?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handraiser.agreement.comparing.change import About, Draft, Effect, Verdict
from handraiser.agreement.comparing.opening import Zoned, is_open_less, opened, zoned
from handraiser.agreement.comparing.promise_words import escalated, part_of, promised, routed
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.model import (
    Escalation,
    FollowUp,
    Handoff,
    Promise,
    Promises,
    PromiseUnit,
    Route,
)
from handraiser.agreement.proving.clauses import read_clause
from handraiser.agreement.wording import exact, joined, length

__all__ = ["handoff_drafts", "target_drafts"]

_MORE_TIME = "Sales has more time."
_LESS_TIME = "Sales has less time."
_WHICH_FIRST = "Which of the two is over first depends on when a lead is handed over."
_OTHER_STEPS = "They are other steps, or some are due sooner and others later."
_BOTH_TIMES = "Some leads have to be answered sooner, others later: it depends on when they are handed over."
_TARGET = "A target decides nothing; it is what both sides aim for."
_TARGETS = (
    ("mqls_per_month", "The target is {} MQLs a month"),
    ("mql_to_sql", "The target is that {} of MQLs become SQLs"),
    ("sql_to_customer", "The target is that {} of SQLs become customers"),
    ("accepted_in_time", "The target is that {} are accepted in time"),
    ("contacted_in_time", "The target is that {} are contacted in time"),
)
Step = tuple[str | int, ...]


def target_drafts(scene: Scene) -> Iterator[Draft]:
    """Other targets."""
    for key, said in _TARGETS:
        old, new = getattr(scene.old.targets, key), getattr(scene.new.targets, key)
        if old == new:
            continue
        shown = [_target(key, value) for value in (new, old)]
        if new is None:
            says = f"{said.format(shown[1]).replace('is', 'was', 1)}; there is none any more."
        else:
            says = f"{said.format(shown[0])}{'' if old is None else f', not {shown[1]}'}."
        yield _draft("targets", Verdict(Effect.NEUTRAL, _TARGET, About.SALES), says, ("targets", key))


def _target(key: str, value: float | None) -> str:
    if value is None:
        return ""
    return exact(value) if key == "mqls_per_month" else f"{exact(round(value * 100, 9))} %"


def handoff_drafts(scene: Scene) -> Iterator[Draft]:
    """Other hours, promises, steps, reminders and routes."""
    old, new = scene.old.handoff, scene.new.handoff
    yield from _promises(old.promises, new.promises, "Sales", ("handoff",))
    yield from _promises(old.hand_raise, new.hand_raise, "For hand-raisers, sales", ("handoff", "hand_raise"))
    yield from _hours(scene, old, new)
    yield from _follow_up(old.follow_up, new.follow_up)
    yield from _reminders(old, new)
    yield from _escalations(old.escalate_at, new.escalate_at)
    yield from _expiry(old, new)
    yield from _routes(scene, old.route, new.route)


def _draft(
    where: str, verdict: Verdict, says: str, path: Step, *, old: bool = True, new: bool = True
) -> Draft:
    return Draft(
        where=where,
        verdict=verdict,
        alone=says,
        old_path=path if old else None,
        new_path=path if new else None,
    )


# ---- promises


def _promises(old: Promises, new: Promises, who: str, path: Step) -> Iterator[Draft]:
    for key, what in (("accept_within", "to accept"), ("contact_within", "to make contact")):
        before, after = getattr(old, key), getattr(new, key)
        if before == after:
            continue
        if after is None:
            says = f"{who} no longer promises {what} within {promised(before)}."
        elif before is None:
            says = f"{who} now promises {what} within {promised(after)}."
        else:
            says = f"{who} has {promised(after)} {what}, not {promised(before)}."
        where = ".".join(map(str, (*path, key)))
        yield _draft(where, _of_promise(before, after), says, (*path, key))


def _of_promise(old: Promise | None, new: Promise | None) -> Verdict:
    if old is None:
        return Verdict(Effect.STRICTER, "Sales promises more.", About.SALES)
    if new is None:
        return Verdict(Effect.LOOSER, "Sales promises less.", About.SALES)
    if old == new:
        return Verdict(Effect.NEUTRAL, "It is the same time.", About.SALES)
    if _never_later(old, new):
        return Verdict(Effect.LOOSER, _MORE_TIME, About.SALES)
    if _never_later(new, old):
        return Verdict(Effect.STRICTER, _LESS_TIME, About.SALES)
    return Verdict(Effect.DEPENDS, _WHICH_FIRST, About.SALES)


def _never_later(one: Promise, other: Promise) -> bool:
    """Whether the first is never due later than the second, whenever it begins."""
    if one.unit is other.unit:
        return (one.length, one.days) <= (other.length, other.days)
    # Business time stands still while sales is closed; it never runs faster than the clock on the wall.
    business = (one.unit, other.unit) == (PromiseUnit.WALL, PromiseUnit.BUSINESS)
    return business and one.length <= other.length


# ---- hours


def _hours(scene: Scene, old: Handoff, new: Handoff) -> Iterator[Draft]:
    before, after = zoned(old.hours, scene.old), zoned(new.hours, scene.new)
    if before == after:
        return
    says = opened("Sales", before, after)
    yield _draft("handoff.hours", _of_hours(before, after, (old, new)), says, ("handoff", "hours"))


def _of_hours(old: Zoned | None, new: Zoned | None, handoffs: Sequence[Handoff]) -> Verdict:
    units = {promise.unit for handoff in handoffs for promise in _all_promises(handoff)}
    if PromiseUnit.BUSINESS not in units and PromiseUnit.BUSINESS_DAYS not in units:
        return Verdict(Effect.NEUTRAL, "No promise counts business time.", About.SALES)
    if old is not None and new is not None and PromiseUnit.BUSINESS_DAYS not in units and old[1] == new[1]:
        if is_open_less(old[0], new[0]):
            why = "Business time runs in more hours, so that promises are due earlier."
            return Verdict(Effect.STRICTER, why, About.SALES)
        if is_open_less(new[0], old[0]):
            why = "Business time runs in fewer hours, so that promises are due later."
            return Verdict(Effect.LOOSER, why, About.SALES)
    return Verdict(Effect.DEPENDS, _BOTH_TIMES, About.SALES)


def _all_promises(handoff: Handoff) -> Iterator[Promise]:
    each = [handoff.promises, handoff.hand_raise, *(route.promises for route in handoff.route)]
    for promises in each:
        yield from (one for one in (promises.accept_within, promises.contact_within) if one is not None)
    yield from (step.within for step in handoff.follow_up)


# ---- steps, reminders, escalations, expiry


def _follow_up(old: Sequence[FollowUp], new: Sequence[FollowUp]) -> Iterator[Draft]:
    if tuple(old) == tuple(new):
        return
    said = [
        ", then ".join(f"{step.do} within {promised(step.within)}" for step in steps) for steps in (new, old)
    ]
    says = f"Sales now follows up like this: {said[0] or 'not at all'}. Before: {said[1] or 'not at all'}."
    yield _draft("handoff.follow_up", _of_steps(old, new), says, ("handoff", "follow_up"))


def _of_steps(old: Sequence[FollowUp], new: Sequence[FollowUp]) -> Verdict:
    for less, more, effect, why in (
        (old, new, Effect.STRICTER, "Sales does more, or sooner."),
        (new, old, Effect.LOOSER, "Sales does less, or later."),
    ):
        begins = [step.do for step in more[: len(less)]] == [step.do for step in less]
        if begins and all(_never_later(b.within, a.within) for a, b in zip(less, more, strict=False)):
            return Verdict(effect, why, About.SALES)
    return Verdict(Effect.DEPENDS, _OTHER_STEPS, About.SALES)


def _reminders(old: Handoff, new: Handoff) -> Iterator[Draft]:
    if old.remind_at == new.remind_at:
        return
    said = [joined([part_of(at) for at in handoff.remind_at], "and") or "no part" for handoff in (new, old)]
    says = f"Sales is reminded at {said[0]} of a promise's time; before: {said[1]}."
    verdict = Verdict(Effect.NEUTRAL, "A reminder changes no promise.", About.SALES)
    yield _draft("handoff.remind_at", verdict, says, ("handoff", "remind_at"))


def _escalations(old: Sequence[Escalation], new: Sequence[Escalation]) -> Iterator[Draft]:
    if tuple(old) == tuple(new):
        return
    said = [joined([escalated(step) for step in steps], "and") or "nobody is told" for steps in (new, old)]
    says = f"When the time for a promise runs out, {said[0]}; before, {said[1]}."
    if set(old) <= set(new):
        verdict = Verdict(Effect.STRICTER, "There is one more to answer to.", About.SALES)
    elif set(new) <= set(old):
        verdict = Verdict(Effect.LOOSER, "There is one less to answer to.", About.SALES)
    elif _sooner(new, old):
        verdict = Verdict(Effect.STRICTER, "It happens sooner.", About.SALES)
    elif _sooner(old, new):
        verdict = Verdict(Effect.LOOSER, "It happens later.", About.SALES)
    else:
        verdict = Verdict(Effect.DEPENDS, "They are others, or are told at other times.", About.SALES)
    yield _draft("handoff.escalate_at", verdict, says, ("handoff", "escalate_at"))


def _sooner(one: Sequence[Escalation], other: Sequence[Escalation]) -> bool:
    """Whether the same people are told, none later."""
    same = [step.to for step in one] == [step.to for step in other]
    return same and all(a.at <= b.at for a, b in zip(one, other, strict=True))


def _expiry(old: Handoff, new: Handoff) -> Iterator[Draft]:
    before, after = old.expire_after, new.expire_after
    if before == after:
        return
    if after is None:
        says, more = "A lead that nobody answers no longer goes back to marketing.", True
    elif before is None:
        says, more = f"A lead that nobody answers now goes back to marketing after {length(after)}.", False
    else:
        says = (
            f"A lead that nobody answers goes back to marketing after {length(after)}, not {length(before)}."
        )
        more = after > before
    verdict = Verdict(
        Effect.LOOSER if more else Effect.STRICTER, _MORE_TIME if more else _LESS_TIME, About.SALES
    )
    yield _draft("handoff.expire_after", verdict, says, ("handoff", "expire_after"))


# ---- routes


def _routes(scene: Scene, old: Sequence[Route], new: Sequence[Route]) -> Iterator[Draft]:
    if [_taken(scene, route, of_old=True) for route in old] != [
        _taken(scene, route, of_old=False) for route in new
    ]:
        said = [routed(routes) for routes in (new, old)]
        says = f"Leads now go to {said[0]}. Before: to {said[1]}."
        why = "Other people may get a lead, with the promises of their route."
        verdict = Verdict(Effect.DEPENDS, why, About.SALES)
        yield _draft("handoff.route", verdict, says, ("handoff", "route"))
        return
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        path: Step = ("handoff", "route", number)
        yield from _promises(before.promises, after.promises, f"{quoted(after.to)}", path)
        one, other = zoned(before.hours, scene.old), zoned(after.hours, scene.new)
        if one != other:
            says = opened(quoted(after.to), one, other)
            verdict = _of_hours(one, other, (scene.old.handoff, scene.new.handoff))
            yield _draft("handoff.route", verdict, says, (*path, "hours"))
        if before.when and after.when and before.when.text.strip() != after.when.text.strip():
            says = f"Who goes to {quoted(after.to)} is written otherwise, and means the same."
            verdict = Verdict(Effect.NEUTRAL, "It asks for the same.", About.SALES)
            yield _draft("handoff.route", verdict, says, (*path, "when"))


def _taken(scene: Scene, route: Route, *, of_old: bool) -> tuple[str, object]:
    lists = scene.names.lists if of_old else {}
    return route.to, None if route.when is None else read_clause(route.when, names={}, lists=lists)
