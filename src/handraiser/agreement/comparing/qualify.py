"""What has changed in the three conditions of `qualify`, and in the grades that they may ask for?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import msgspec

from handraiser.agreement.comparing.change import Draft, Path
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import Speaker
from handraiser.agreement.comparing.told import of_hand_raise, of_mql, of_never
from handraiser.agreement.model import Sql
from handraiser.agreement.proving.clauses import NEVER, Clause, read_clause
from handraiser.agreement.proving.conditions import How, PartChange, part_changes
from handraiser.agreement.proving.leaning import Grades, grade_holds
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs
from handraiser.agreement.wording import counted, exact

__all__ = ["grade_drafts", "qualify_drafts", "read_qualify"]

Bounds = dict[str, float]

_SIDES = 8  # grades beside one of which every choice is tried
_DOUBT = "Some leads may meet it now that did not, and others no longer."


class _Condition(msgspec.Struct, frozen=True):
    """One of the three: how it decides, and how its changes are said."""

    key: str
    asked: Signs
    said: Callable[[PartChange, Speaker], str]
    come: str
    gone: str
    otherwise: str


_CONDITIONS = (
    _Condition("mql", UP, of_mql, "", "", "What an MQL needs"),
    _Condition(
        "hand_raise",
        UP,
        of_hand_raise,
        "Leads may now raise their hand, and need no points then: {}.",
        "Leads can no longer become an MQL by raising their hand; before: {}.",
        "What it takes to raise a hand",
    ),
    _Condition(
        "never",
        DOWN,
        of_never,
        "Some leads are now kept out, whatever they score: {}.",
        "Nothing keeps a lead out any more; before: {}.",
        "What keeps a lead out",
    ),
)


def read_qualify(sql: Sql | None, scene: Scene | None = None) -> Clause:
    """One of the conditions; of the old agreement, by the names of the new, where a scene is given."""
    if sql is None:
        return NEVER
    names = scene.names if scene is not None else None
    return read_clause(sql, names=names.of_qualify if names else {}, lists=names.lists if names else {})


def qualify_drafts(scene: Scene) -> Iterator[Draft]:
    """What has changed in `qualify`, part by part."""
    for condition in _CONDITIONS:
        old = getattr(scene.old.qualify, condition.key)
        new = getattr(scene.new.qualify, condition.key)
        if (old and old.text.strip()) != (new and new.text.strip()):
            yield from _changed(scene, condition, old, new)


def _changed(scene: Scene, condition: _Condition, old: Sql | None, new: Sql | None) -> Iterator[Draft]:
    before, after = read_qualify(old, scene), read_qualify(new)
    speaker = Speaker(scene.old, scene.new)
    if old is None or new is None:
        pattern = condition.come if old is None else condition.gone
        says = pattern.format(speaker.says(after if old is None else before))
        yield _draft(scene, condition, UP if old is None else DOWN, says, old=old, new=new)
        return
    changes = part_changes(before, after)
    for change in changes:
        why = _why(change, condition.asked)
        yield _draft(scene, condition, change.move, condition.said(change, speaker), why, old=old, new=new)
    if not changes and not scene.names.any:
        says = f"{condition.otherwise} is written otherwise, and means the same."
        yield _draft(scene, condition, frozenset(), says, old=old, new=new)


def _draft(
    scene: Scene,
    condition: _Condition,
    move: Signs,
    says: str,
    why: str = "",
    *,
    old: Sql | None,
    new: Sql | None,
) -> Draft:
    verdict = scene.verdict(Path("asked", move, condition.asked, _DOUBT))
    if why:
        verdict = msgspec.structs.replace(verdict, why=why)
    elif not move:
        verdict = msgspec.structs.replace(verdict, why="It asks for the same.")
    path = ("qualify", condition.key)
    return Draft(
        where=f"qualify.{condition.key}",
        verdict=verdict,
        alone=says,
        old_path=None if old is None else path,
        new_path=None if new is None else path,
    )


def _why(change: PartChange, asked: Signs) -> str:
    """Why a part moves the whole, where there is more to say than that it does."""
    if len(change.move) != 1:
        return "" if change.move else "No lead is told from another by it."
    more_pass = change.move == UP
    if asked == DOWN:
        return "More leads are kept out." if more_pass else "Fewer leads are kept out."
    match change.how:
        case How.NEEDED:
            return "There is one more thing to meet, so fewer leads do."
        case How.NOT_NEEDED:
            return "There is one thing less to meet, so more leads do."
        case How.ENOUGH:
            return "There is one more way, so more leads find one."
        case How.NOT_ENOUGH:
            return "There is one way less, so fewer leads find one."
    return (
        "It is easier to reach, so more leads do."
        if more_pass
        else "It is harder to reach, so fewer leads do."
    )


# ---- grades


def grade_drafts(scene: Scene) -> Iterator[Draft]:
    """Grades that begin elsewhere, have come or are gone."""
    old, new = dict(scene.old.grades), dict(scene.new.grades)
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) == new.get(name):
            continue
        if name not in old:
            says = f"Grade {name} is new: it begins at {counted(new[name], 'point')} of fit."
        elif name not in new:
            says = f"Grade {name} is gone: it began at {counted(old[name], 'point')} of fit."
        else:
            says = f"Grade {name} begins at {counted(new[name], 'point')} of fit, not {exact(old[name])}."
        yield Draft(
            where="grades",
            verdict=scene.verdict(*_of_grade(scene, name)),
            alone=says,
            old_path=("fit", "grades", name) if name in old else None,
            new_path=("fit", "grades", name) if name in new else None,
        )


def _of_grade(scene: Scene, name: str) -> Iterator[Path]:
    """How one grade's bound moves each test of the grade, each other bound being as it was or as it is."""
    old, new = dict(scene.old.grades), dict(scene.new.grades)
    changed = [each for each in {**old, **new} if old.get(each) != new.get(each)]
    doubt = "Some leads come to a grade that is asked for, and others leave it."
    for test, asked in scene.asked.grades.items():
        move: Signs = NONE if len(changed) <= _SIDES else ANY
        for before, after in _one_by_one(old, new, name) if not move else ():
            for fit in (float("-inf"), *(bound for _, bound in (*before, *after))):
                was, is_ = grade_holds(before, test, fit), grade_holds(after, test, fit)
                move |= NONE if was == is_ else UP if is_ else DOWN
        yield Path("asked", move, asked, doubt)


def _one_by_one(old: Bounds, new: Bounds, name: str) -> Iterator[tuple[Grades, Grades]]:
    """The grades before and after one of them changes, with every choice of what the others are by then."""
    others = [each for each in {**old, **new} if each != name and old.get(each) != new.get(each)]
    same = {each: bound for each, bound in old.items() if new.get(each) == bound}
    for sides in product((old, new), repeat=len(others)):
        rest = same | {each: side[each] for each, side in zip(others, sides, strict=True) if each in side}
        yield _sorted({**rest, **_only(old, name)}), _sorted({**rest, **_only(new, name)})


def _sorted(bounds: Bounds) -> Grades:
    return tuple(sorted(bounds.items(), key=lambda each: (-each[1], each[0])))


def _only(bounds: Bounds, name: str) -> Bounds:
    return {name: bounds[name]} if name in bounds else {}
