"""What does it do to a lead if a rule on events has more hits, fewer, or others?"""

from __future__ import annotations

from collections.abc import Iterator

from handraiser.agreement.comparing.change import BOTH_SIGNS, Draft, Path, Verdict
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.model import AtMost, Bucket, EventRule
from handraiser.agreement.proving.reach import signs_of, weight_reach
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs, flipped, times
from handraiser.agreement.wording import readable

__all__ = ["Keeping", "drops", "hits_paths", "hits_verdict", "keeping", "kept", "weights", "calendar_drafts"]

_DISPLACED = {
    UP: "More hits count, but few are kept: an earlier one may take the place of one that lasted longer.",
    DOWN: "Fewer hits count, but few are kept: a later one may take the place of one that is gone, and last "
    "longer.",
}
_OTHERS = "Some hits no longer count, and others do now."


def hits_verdict(
    scene: Scene, old: EventRule, new: EventRule, move: Signs, *, dropping: bool = False, moments: bool = True
) -> Verdict:
    """The verdict where a rule has more hits, fewer, or others.

    `dropping` says that it is the kept ones alone; `moments` false, that it is those alone that still count.
    """
    paths, when = hits_paths(scene, old, new, move, events=moments and not dropping)
    return scene.verdict(*paths, moments=when if moments else NONE)


def hits_paths(
    scene: Scene, old: EventRule, new: EventRule, move: Signs, *, events: bool = True
) -> tuple[tuple[Path, ...], Signs]:
    """The paths of more hits, fewer, or others, and how kept ones move; `events` if others are hits."""
    weight = weights(old, new)
    displaced = bool(events and move and (drops(old) or drops(new)))
    kept = ANY if displaced else move
    doubt = _DISPLACED[move] if displaced and len(move) == 1 else _OTHERS if len(kept) > 1 else BOTH_SIGNS
    paths = (
        scene.points(times(kept, weight), new.name, "engagement", old.group, new.group, doubt=doubt),
        scene.holding(kept, new.name, doubt),
        scene.count(kept, new.name, doubt),
        scene.silence(flipped(move) if events and 1 in weight else NONE),
    )
    return paths, kept


def weights(old: EventRule, new: EventRule) -> Signs:
    """Whether hits of a rule may be worth more than nothing, and less, as it was or as it is."""
    return signs_of(weight_reach(old)) | signs_of(weight_reach(new))


def drops(rule: EventRule) -> bool:
    """Whether some hits of a rule may not be kept."""
    return rule.distinct is not None or rule.at_most is not None


# ---- which hits are kept

Keeping = tuple[str | None, AtMost | None]  # `distinct` and `at_most`


def keeping(distinct: str | None, at_most: AtMost | None) -> str:
    """Which hits are kept, behind `counts`."""
    if at_most is not None:
        most = f"at most {at_most.count} per {at_most.per.value}"
        return f"{most} for each {readable(distinct)}" if distinct else most
    return f"each {readable(distinct)} once" if distinct else "every hit"


_WITHIN = {
    Bucket.HOUR: {Bucket.HOUR, Bucket.DAY, Bucket.WEEK, Bucket.MONTH},
    Bucket.DAY: {Bucket.DAY, Bucket.WEEK, Bucket.MONTH},
    Bucket.WEEK: {Bucket.WEEK},
    Bucket.MONTH: {Bucket.MONTH},
}


def kept(old: Keeping, new: Keeping) -> Signs:
    """Whether more hits are kept, or fewer; both where other ones may be."""
    return (NONE if _keeps(new, old) else DOWN) | (NONE if _keeps(old, new) else UP)


def _keeps(one: Keeping, other: Keeping) -> bool:
    """Whether all hits that the second keeps are kept by the first."""
    (distinct, at_most), (others, others_most) = one, other
    if distinct is None and at_most is None:
        return True
    if at_most is None or others_most is None:
        # The first of each value ever is not the first of each value in a month, nor the other way round.
        return at_most == others_most and _name(distinct) == _name(others)
    # Being among the first of a month is being among the first of its day; so it is with one value and all.
    finer = others_most.per in _WITHIN[at_most.per] and at_most.count >= others_most.count
    return finer and (others is None or _name(distinct) == _name(others))


def _name(distinct: str | None) -> str | None:
    return distinct and distinct.lower()


# ---- the calendar


def calendar_drafts(scene: Scene) -> Iterator[Draft]:
    """Another calendar: other hours, days, weeks and months in which hits are limited."""
    old, new = scene.old.timezone, scene.new.timezone
    if old == new:
        return
    paths: list[Path] = []
    rules = [
        rule
        for agreement in (scene.old, scene.new)
        for rule in agreement.engagement.rules
        if isinstance(rule, EventRule) and rule.at_most is not None
    ]
    doubt = "Days, weeks and months begin at other instants, so others may be the few hits that count."
    for rule in rules:
        paths += scene.unclear(rule.name, "engagement", rule.group, doubt=doubt)
    yield Draft(
        where="timezone",
        verdict=scene.verdict(*paths, moments=ANY if rules else NONE),
        alone=f"Days begin and end in the time zone {quoted(new)}, not {quoted(old)}.",
        old_path=("timezone",),
        new_path=("timezone",),
    )
