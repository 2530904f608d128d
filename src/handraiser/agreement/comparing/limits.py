"""What do other limits do: of a rule, a group, a section, the score? And which rules are in other groups?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from handraiser.agreement.comparing.change import Draft, Path, Verdict
from handraiser.agreement.comparing.matching import AnyRule, Pair
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.comparing.told import of_pair
from handraiser.agreement.model import Limits, Section
from handraiser.agreement.proving.reach import hull, rule_reach, signs_of
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs, of_number, times
from handraiser.agreement.wording import capital, counted, exact, joined, readable

__all__ = ["group_drafts", "limit_changes", "limit_drafts"]

_NO_LIMITS = Limits()
_DOUBT = "One limit holds for its points no more, and another does now."


class LimitChange(msgspec.Struct, frozen=True):
    """One limit that differs: its key, which way it moves a sum, what is said of one and of several."""

    key: str
    move: Signs
    one: str
    many: str


def _is_free(limits: Limits) -> bool:
    """Whether there is no limit at all."""
    return limits.min is None and limits.max is None


def limit_changes(
    old: Limits, new: Limits, *, verb: tuple[str, str] = ("gives", "give")
) -> Iterator[LimitChange]:
    """The limits that differ; `verb` is what is said of one thing and of several."""
    for key, most, before, after in (("min", "least", old.min, new.min), ("max", "most", old.max, new.max)):
        if before == after:
            continue
        nothing = -math.inf if key == "min" else math.inf
        was, is_ = (nothing if each is None else each for each in (before, after))
        # Infinity less infinity is no number; they never are both infinite.
        move = of_number(1.0 if is_ > was else -1.0)
        yield LimitChange(key, move, *(_said(each, most, before, after) for each in verb))


def _said(verb: str, most: str, before: float | None, after: float | None) -> str:
    if after is None:
        return f"no longer {verb} at {most} {counted(before or 0.0, 'point')}"
    than = "" if before is None else f", not {exact(before)}"
    return f"now {verb} at {most} {counted(after, 'point')}{than}"


def limit_drafts(scene: Scene) -> Iterator[Draft]:
    """Other limits of `fit`, `engagement` and `score`."""
    for name, called, old, new in (
        ("fit", "fit", scene.old.fit.limits, scene.new.fit.limits),
        ("engagement", "engagement", scene.old.engagement.limits, scene.new.engagement.limits),
        ("score", "the score", scene.old.score, scene.new.score),
    ):
        asked = scene.asked.sums.get("score", NONE) if name == "score" else scene.flow(name)
        for change in limit_changes(old, new, verb=("adds up to", "add up to")):
            yield Draft(
                where=name,
                verdict=scene.verdict(Path("points", change.move, asked)),
                alone=f"{capital(called)} {change.one}.",
                old_path=(name, change.key),
                new_path=(name, change.key),
            )


# ---- groups


def group_drafts(scene: Scene, pairs: Sequence[Pair]) -> Iterator[Draft]:
    """What has changed in groups, and in who belongs to them."""
    for section, old, new in (
        ("fit", scene.old.fit, scene.new.fit),
        ("engagement", scene.old.engagement, scene.new.engagement),
    ):
        yield from _Groups(scene, section, old, new, pairs).drafts()
    for old_name, name in scene.names.groups.items():
        says = f"The group {quoted(readable(old_name))} is now called {quoted(readable(name))}."
        yield Draft(where=f"group {name}", verdict=scene.verdict(), alone=says)
    yield from _moved_between_sections(scene)


class _Groups:
    """The groups of a section."""

    def __init__(self, scene: Scene, section: str, old: Section, new: Section, pairs: Sequence[Pair]) -> None:
        self.scene, self.section = scene, section
        self.old = _of_groups(old, scene.names.groups)
        self.new = _of_groups(new, {})
        self.old_names = {new: old for old, new in scene.names.groups.items()}
        self.stayed = [
            (pair, pair.old, pair.new)
            for pair in pairs
            if pair.section == section and pair.old and pair.new and type(pair.old) is type(pair.new)
        ]

    def drafts(self) -> Iterator[Draft]:
        for name in dict.fromkeys((*self.new, *self.old)):
            yield from self.group(name)
        for pair, old, new in self.stayed:
            if old.group != new.group and not self.at_once(old.group, new.group):
                yield self.moved(pair, old, new)

    def at_once(self, old: str | None, new: str | None) -> bool:
        """Whether going from one to the other is told of the whole group, which has come or gone."""
        return (old is None and new in self.formed) or (new is None and old in self.dissolved)

    @property
    def formed(self) -> set[str]:
        """New groups of rules that all were in none."""
        return {
            name
            for name in self.new
            if name not in self.old
            and all(old.group is None for _, old, new in self.stayed if new.group == name)
        }

    @property
    def dissolved(self) -> set[str]:
        """Groups that are gone, and all of whose rules now are in none."""
        return {
            name
            for name in self.old
            if name not in self.new
            and all(new.group is None for _, old, new in self.stayed if old.group == name)
        }

    def group(self, name: str) -> Iterator[Draft]:
        """What has become of one group."""
        called = f"The group {quoted(readable(name))}"
        old, new = self.old.get(name), self.new.get(name)
        if old is not None and new is not None:
            for change in limit_changes(old, new, verb=("gives", "give")):
                yield self.draft(name, change.key, self.limited(change.move, name), f"{called} {change.one}.")
            return
        members = [
            one for _, old_rule, new_rule in self.stayed for one in (old_rule, new_rule) if one.group == name
        ]
        if new is not None:
            yield self.draft(name, "", self.come(name, new, bool(members)), f"{called} is new{_of(new)}.")
        elif old is not None:
            yield self.draft(name, "", self.gone(name, old, bool(members)), f"{called} is gone{_of(old)}.")

    def come(self, name: str, limits: Limits, of_old_rules: bool) -> Verdict:
        if name in self.formed and of_old_rules:
            return self.between(_NO_LIMITS, limits, name)
        return self.scene.verdict(self.path(of_number(_of_none(limits)), name))

    def gone(self, name: str, limits: Limits, of_rules_left: bool) -> Verdict:
        if name in self.dissolved and of_rules_left:
            return self.between(limits, _NO_LIMITS, name)
        return self.scene.verdict(self.path(of_number(-_of_none(limits)), name))

    def between(self, old: Limits, new: Limits, name: str) -> Verdict:
        move: Signs = frozenset(sign for change in limit_changes(old, new) for sign in change.move)
        return self.limited(move, name)

    def limited(self, move: Signs, name: str) -> Verdict:
        return self.scene.verdict(self.path(move, name))

    def path(self, move: Signs, name: str) -> Path:
        return Path("points", move, self.scene.flow(self.section, name), _DOUBT)

    def draft(self, name: str, key: str, verdict: Verdict, says: str) -> Draft:
        end = (key,) if key else ()
        return Draft(
            where=f"group {name}",
            verdict=verdict,
            alone=says,
            old_path=(self.section, "groups", self.old_names.get(name, name), *end)
            if name in self.old
            else None,
            new_path=(self.section, "groups", name, *end) if name in self.new else None,
        )

    # ---- a rule that went from one to another

    def moved(self, pair: Pair, old: AnyRule, new: AnyRule) -> Draft:
        left, joins = old.group, new.group
        worth = signs_of(hull(rule_reach(old), rule_reach(new)))
        asked = self.scene.asked
        verdict = self.scene.verdict(
            Path("points", self.whole(left, joins, worth), self.scene.flow(self.section), _DOUBT),
            Path("group", times(DOWN, worth), asked.sums.get(left, NONE) if left else NONE),
            Path("group", worth, asked.sums.get(joins, NONE) if joins else NONE),
        )
        was = "" if left is None else f"the group {quoted(readable(left))}{_of(self.old[left])}"
        is_ = "" if joins is None else f"the group {quoted(readable(joins))}{_of(self.new[joins])}"
        said = f"now belongs to {is_}" if is_ else f"no longer belongs to {was}"
        if is_ and was:
            said += f"; before, to {was}"
        return of_pair(pair, new, "group", verdict, said)

    def whole(self, left: str | None, joins: str | None, worth: Signs) -> Signs:
        """How the section's sum moves: limits take away of what is above zero, and of what is below."""
        if self.free(left) and self.free(joins):
            return NONE
        if self.free(left):
            return times(DOWN, worth)
        return times(UP, worth) if self.free(joins) else times(ANY, worth)

    def free(self, group: str | None) -> bool:
        limits = [kept[group] for kept in (self.old, self.new) if group is not None and group in kept]
        return all(map(_is_free, limits))


def _of_groups(section: Section, names: Mapping[str, str]) -> dict[str, Limits]:
    return {names.get(group.name, group.name): group.limits for group in section.groups}


def _of_none(limits: Limits) -> float:
    """What a group without any points gives."""
    low = 0.0 if limits.min is None else max(0.0, limits.min)
    return low if limits.max is None else min(low, limits.max)


def _of(limits: Limits) -> str:
    """The limits behind what they are those of."""
    least = [] if limits.min is None else [f"at least {counted(limits.min, 'point')}"]
    most = [] if limits.max is None else [f"at most {counted(limits.max, 'point')}"]
    said = joined([*least, *most], "and")
    return f", of {said}" if said else ""


def _moved_between_sections(scene: Scene) -> Iterator[Draft]:
    """Groups of one name in the other section: another sum altogether."""
    for old, new, section in (
        (scene.old.fit, scene.new.engagement, "engagement"),
        (scene.old.engagement, scene.new.fit, "fit"),
    ):
        for name in _of_groups(old, scene.names.groups).keys() & _of_groups(new, {}).keys():
            path = Path("points", ANY, scene.asked.sums.get(name, NONE), "It is the sum of other rules.")
            says = f"The group {quoted(readable(name))} is now one of {section}."
            yield Draft(where=f"group {name}", verdict=scene.verdict(path), alone=says)
