"""What has changed for a lead that sales sends back?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handraiser.agreement.comparing.change import BOTH_SIGNS, About, Draft, Effect, Path, Verdict
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.model import FOREVER, EventRule, Reason, Recycle
from handraiser.agreement.proving.reach import signs_of, weight_reach
from handraiser.agreement.proving.signs import DOWN, UP, Signs, times
from handraiser.agreement.wording import length, readable

__all__ = ["recycle_drafts"]

_NURTURE = "What marketing does meanwhile decides nothing."


def recycle_drafts(scene: Scene) -> Iterator[Draft]:
    """Other waiting times and reasons, and whether what a lead did before still counts."""
    old, new = scene.old.recycle, scene.new.recycle
    if old.requalify_after != new.requalify_after:
        waits = _waits(new.requalify_after, old.requalify_after)
        says = f"A lead that is sent back {waits}."
        yield _draft("requalify_after", _of_wait(old.requalify_after, new.requalify_after), says)
    yield from _reasons(old, new)
    if old.forget_engagement != new.forget_engagement:
        yield _forgetting(scene, forgets=new.forget_engagement)


def _draft(where: str, verdict: Verdict, says: str, *, old: bool = True, new: bool = True) -> Draft:
    path = ("recycle", *where.split("."))
    return Draft(
        where=f"recycle.{where}",
        verdict=verdict,
        alone=says,
        old_path=path if old else None,
        new_path=path if new else None,
    )


def _waits(new: timedelta, old: timedelta) -> str:
    if new == FOREVER:
        return f"never comes again; before, after {length(old)}"
    if old == FOREVER:
        return f"may come again after {length(new)}; before, never"
    return f"may come again after {length(new)}, not {length(old)}"


def _of_wait(old: timedelta, new: timedelta) -> Verdict:
    if new > old:
        return Verdict(Effect.STRICTER, "A lead that was sent back becomes an MQL again later.")
    return Verdict(Effect.LOOSER, "A lead that was sent back may become an MQL again sooner.")


# ---- reasons


def _reasons(old: Recycle, new: Recycle) -> Iterator[Draft]:
    before, after = ({reason.name: reason for reason in each.reasons} for each in (old, new))
    for name in dict.fromkeys((*after, *before)):
        was, is_ = before.get(name), after.get(name)
        if was == is_:
            continue
        called = f"The reason {quoted(readable(name))}"
        verdict = _of_reason(_meaning(was, old), _meaning(is_, new))
        if was is None or is_ is None:
            says = f"{called} is {'new' if was is None else 'gone'}{_told(was or is_)}."
            yield _draft(f"reasons.{name}", verdict, says, old=was is not None, new=is_ is not None)
        else:
            yield from _of_one(called, was, is_, verdict)


def _of_one(called: str, was: Reason, is_: Reason, verdict: Verdict) -> Iterator[Draft]:
    where = f"reasons.{is_.name}"
    if was.disqualify != is_.disqualify:
        says = (
            f"{called} now closes a lead for good."
            if is_.disqualify
            else f"{called} no longer closes a lead."
        )
        yield _draft(f"{where}.disqualify", verdict, says)
    if was.requalify_after != is_.requalify_after:
        waits = "as long as others" if is_.requalify_after is None else _wait(is_.requalify_after)
        before = "as long as others" if was.requalify_after is None else _wait(was.requalify_after)
        yield _draft(
            f"{where}.requalify_after", verdict, f"{called} makes a lead wait {waits}, not {before}."
        )
    if was.nurture != is_.nurture:
        says = (
            f"{called} now leads to {quoted(is_.nurture)}" if is_.nurture else f"{called} leads nowhere now"
        )
        says += f", not to {quoted(was.nurture)}." if was.nurture else "."
        yield _draft(f"{where}.nurture", Verdict(Effect.NEUTRAL, _NURTURE, About.SALES), says)


def _wait(wait: timedelta) -> str:
    return "forever" if wait == FOREVER else length(wait)


def _meaning(reason: Reason | None, recycle: Recycle) -> tuple[bool, timedelta]:
    """Whether a reason closes a lead, and how long it waits; one that is not listed says neither."""
    own = None if reason is None else reason.requalify_after
    return reason is not None and reason.disqualify, recycle.requalify_after if own is None else own


def _of_reason(old: tuple[bool, timedelta], new: tuple[bool, timedelta]) -> Verdict:
    if old == new or (old[0] and new[0]):
        return Verdict(Effect.NEUTRAL, "A lead that was sent back so becomes an MQL again as before.")
    if old[0] or new[0]:
        why = "Such a lead never becomes an MQL again." if new[0] else "Such a lead may become an MQL again."
        return Verdict(Effect.STRICTER if new[0] else Effect.LOOSER, why)
    return _of_wait(old[1], new[1])


def _told(reason: Reason | None) -> str:
    if reason is None:
        return ""
    told = ["closes a lead for good"] if reason.disqualify else []
    if reason.requalify_after is not None:
        told.append(f"makes a lead wait {_wait(reason.requalify_after)}")
    return f": it {' and '.join(told)}" if told else ""


# ---- what it did before


def _forgetting(scene: Scene, *, forgets: bool) -> Draft:
    move: Signs = DOWN if forgets else UP
    paths: list[Path] = []
    for agreement, names in ((scene.old, scene.names), (scene.new, None)):
        for rule in agreement.engagement.rules:
            if isinstance(rule, EventRule):
                name = names.rules.get(rule.name, rule.name) if names else rule.name
                group = names.groups.get(rule.group or "", rule.group or "") if names else rule.group
                weight = signs_of(weight_reach(rule))
                doubt = BOTH_SIGNS
                paths += [
                    scene.points(times(move, weight), name, "engagement", group or None, doubt=doubt),
                    scene.holding(move, name),
                    scene.count(move, name),
                ]
    says = (
        "What a lead did before it was sent back no longer counts."
        if forgets
        else "What a lead did before it was sent back counts again."
    )
    return _draft("forget_engagement", scene.verdict(*paths), says)
