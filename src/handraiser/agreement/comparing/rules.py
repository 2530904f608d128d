"""Which rules have come, gone, changed, and what does each of it do to a lead?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handraiser.agreement.comparing.change import BOTH_SIGNS, WORDS, Draft, Path, Verdict
from handraiser.agreement.comparing.event_rules import event_rule_drafts
from handraiser.agreement.comparing.fit_rules import fit_rule_drafts
from handraiser.agreement.comparing.hits import drops, keeping
from handraiser.agreement.comparing.limits import limit_changes
from handraiser.agreement.comparing.matching import AnyRule, Pair
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import Speaker, quoted
from handraiser.agreement.comparing.told import given, of_pair
from handraiser.agreement.model import EventRule, FitRule, SilenceRule, Sql
from handraiser.agreement.proving.clauses import read_clause
from handraiser.agreement.proving.reach import rule_reach, signs_of, weight_reach
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs, flipped, of_number, times
from handraiser.agreement.wording import capital, counted, fading, joined, length, readable, shortened

__all__ = ["rule_drafts"]

_SAY = 80  # characters of what sales may say


def rule_drafts(scene: Scene, pairs: Sequence[Pair]) -> Iterator[Draft]:
    """All that has changed in rules, in the new agreement's order."""
    for pair in pairs:
        old, new = pair.old, pair.new
        if old is None and new is not None:
            yield _come(scene, pair, new)
        elif new is None and old is not None:
            yield _gone(scene, pair, old)
        elif old is not None and new is not None:
            yield from _both(scene, pair, old, new)
    yield from _order(scene)


def _both(scene: Scene, pair: Pair, old: AnyRule, new: AnyRule) -> Iterator[Draft]:
    if pair.old_name != new.name:
        yield _renamed(scene, pair, new)
    match old, new:
        case FitRule(), FitRule():
            yield from fit_rule_drafts(scene, pair, old, new)
        case EventRule(), EventRule():
            yield from event_rule_drafts(scene, pair, old, new)
        case SilenceRule(), SilenceRule():
            yield from _silence(scene, pair, old, new)
        case _:
            yield _another(scene, pair, old, new)
            return
    yield from _limits(scene, pair, old, new)
    yield from _words(pair, old, new)


def _come(scene: Scene, pair: Pair, rule: AnyRule) -> Draft:
    return Draft(
        where=f"rule {rule.name}",
        verdict=_presence(scene, pair.section, rule, UP),
        alone=f"{capital(_called(rule))} is new: it {described(rule)}.",
        new_path=(pair.section, "rules", rule.name),
    )


def _gone(scene: Scene, pair: Pair, rule: AnyRule) -> Draft:
    return Draft(
        where=f"rule {pair.old_name}",
        verdict=_presence(scene, pair.section, rule, DOWN),
        alone=f"{capital(_called(rule, pair.old_name))} is gone: it {described(rule, past=True)}.",
        old_path=(pair.section, "rules", pair.old_name),
    )


def _presence(scene: Scene, section: str, rule: AnyRule, move: Signs) -> Verdict:
    """The verdict on a rule that comes (UP) or goes (DOWN); what names it in `qualify` is judged there."""
    worth = signs_of(rule_reach(rule))
    points = frozenset(a * b for a in move for b in worth)
    path = Path("points", points, scene.flow(section, rule.group), BOTH_SIGNS)
    if not isinstance(rule, EventRule):
        return scene.verdict(path)
    wakes = weight_reach(rule)[1] > 0
    return scene.verdict(path, scene.silence(flipped(move) if wakes else NONE), moments=move)


def _another(scene: Scene, pair: Pair, old: AnyRule, new: AnyRule) -> Draft:
    doubt = "It is another kind of rule."
    section = "fit" if isinstance(old, FitRule) else "engagement"
    paths = [
        *scene.unclear(new.name, pair.section, new.group, doubt=doubt),
        *scene.unclear(new.name, section, old.group, doubt=doubt),
    ]
    hits = ANY if isinstance(old, EventRule) or isinstance(new, EventRule) else NONE
    return Draft(
        where=f"rule {new.name}",
        verdict=scene.verdict(*paths, scene.silence(hits), moments=hits),
        alone=f"{capital(_called(new))} is now another kind of rule: it {described(new)}. "
        f"Before, it {described(old, past=True)}.",
        old_path=(section, "rules", pair.old_name),
        new_path=(pair.section, "rules", new.name),
    )


def _renamed(scene: Scene, pair: Pair, rule: AnyRule) -> Draft:
    why = f"A name decides nothing; its points are now in the column points_{rule.name}."
    return Draft(
        where=f"rule {rule.name}",
        verdict=Verdict(scene.verdict().effect, why),
        alone=f"The rule {quoted(pair.old_name)} is now called {quoted(rule.name)}.",
        old_path=(pair.section, "rules", pair.old_name),
        new_path=(pair.section, "rules", rule.name),
    )


def _silence(scene: Scene, pair: Pair, old: SilenceRule, new: SilenceRule) -> Iterator[Draft]:
    """How long silence lasts before it counts, and what it is worth."""

    def points(move: Signs) -> Path:
        return scene.points(move, new.name, "engagement", old.group, new.group, doubt=BOTH_SIGNS)

    if old.silent_for != new.silent_for:
        move = of_number((old.silent_for - new.silent_for).total_seconds())
        weight = of_number(old.points) | of_number(new.points)
        verdict = scene.verdict(points(times(move, weight)), scene.holding(move, new.name))
        said = f"after {length(new.silent_for)} of silence, not after {length(old.silent_for)}"
        yield of_pair(pair, new, "silent_for", verdict, f"now counts {said}", f"now count {said}")
    if old.points != new.points:
        verdict = scene.verdict(points(of_number(new.points - old.points)))
        yield of_pair(pair, new, "points", verdict, *given(old.points, new.points))


def _limits(scene: Scene, pair: Pair, old: AnyRule, new: AnyRule) -> Iterator[Draft]:
    for change in limit_changes(old.limits, new.limits):
        verdict = scene.verdict(scene.points(change.move, new.name, pair.section, old.group, new.group))
        yield of_pair(pair, new, change.key, verdict, change.one, change.many)


def _words(pair: Pair, old: AnyRule, new: AnyRule) -> Iterator[Draft]:
    said = []
    if old.title != new.title:
        was = f"was called {quoted(old.title)} before" if old.title else "has a title now"
        said.append(("title", was if new.title else f"has no title any more; it was {quoted(old.title)}"))
    if old.say != new.say:
        words = f"has other words for sales: {quoted(shortened(new.say, _SAY).rstrip('.'))}"
        said.append(("say", words if new.say else "has no words for sales any more"))
    for key, one in said:
        yield of_pair(pair, new, key, WORDS, one)


def _order(scene: Scene) -> Iterator[Draft]:
    for section, old, new in (
        ("fit", scene.old.fit, scene.new.fit),
        ("engagement", scene.old.engagement, scene.new.engagement),
    ):
        before = [scene.names.rules.get(rule.name, rule.name) for rule in old.rules]
        after = [rule.name for rule in new.rules]
        both = set(before) & set(after)
        if [name for name in before if name in both] != [name for name in after if name in both]:
            yield Draft(
                where=section,
                verdict=Verdict(scene.verdict().effect, "The order of rules decides nothing."),
                alone=f"The rules of {section} stand in another order.",
                old_path=(section, "rules"),
                new_path=(section, "rules"),
            )


def _called(rule: AnyRule, name: str = "") -> str:
    return quoted(readable(name or rule.name, rule.title))


# ---- a whole rule in words


def described(rule: AnyRule, *, past: bool = False) -> str:
    """What a rule does, behind `it`."""
    match rule:
        case FitRule(bands=bands):
            return ", else ".join(
                f"{_worth(band.points, past=past)} if {_asked(band.when)}" for band in bands
            )
        case SilenceRule():
            return f"{_worth(rule.points, past=past)} after {length(rule.silent_for)} of silence"
        case EventRule():
            return f"{_worth(rule.points, past=past)} {_for_events(rule)}"


def _worth(points: float | Sql, *, past: bool) -> str:
    gives, takes = ("gave", "took") if past else ("gives", "takes")
    if isinstance(points, Sql):
        return f"{gives} `{' '.join(points.text.split())}` points"
    return f"{takes} {counted(-points, 'point')}" if points < 0 else f"{gives} {counted(points, 'point')}"


def _asked(condition: Sql) -> str:
    return Speaker().says(read_clause(condition, names={}, lists={}))


def _for_events(rule: EventRule) -> str:
    names = joined(rule.event, "or")
    counts = f"once there are {rule.at_least} {names}" if rule.at_least is not None else f"for each {names}"
    where = "" if rule.where is None else f" if {_asked(rule.where)}"
    kept = f", {keeping(rule.distinct, rule.at_most)}" if drops(rule) else ""
    within = "" if rule.within is None else f", for {length(rule.within)}"
    fades = f", {fading(rule.decay)}" if rule.at_least is None and fading(rule.decay) else ""
    return f"{counts}{where}{kept}{within}{fades}"
