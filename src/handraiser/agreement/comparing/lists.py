"""Which entries have come into lists and gone from them, and whom does that concern?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from handraiser.agreement.comparing.change import Draft, Path, Verdict
from handraiser.agreement.comparing.fit_rules import bands_moved, read_bands
from handraiser.agreement.comparing.hits import hits_paths
from handraiser.agreement.comparing.qualify import read_qualify
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.model import Agreement, EventRule, FitRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import bare, read_clause
from handraiser.agreement.proving.implying import Lists, direction, lists_in
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs
from handraiser.agreement.wording import joined, readable, shortened

__all__ = ["list_drafts"]

_SHOWN = 5
_LONGEST = 40
_DOUBT = "What asks for the list may then give more or less."


def list_drafts(scene: Scene) -> Iterator[Draft]:
    """Lists with other entries, lists that have come or gone, and such as are called otherwise."""
    names = scene.names.lists
    old = {names.get(name, name): (name, entries) for name, entries in scene.old.lists.items()}
    for name in dict.fromkeys((*scene.new.lists, *old)):
        was, before = old.get(name, (name, None))
        after = scene.new.lists.get(name)
        called = f"The list {quoted(readable(name))}"
        if before is None or after is None:
            says = f"{called} is {'new' if before is None else 'gone'}."
            yield _draft(scene, name, was, scene.verdict(), says)
            continue
        if was != name:
            says = f"The list {quoted(readable(was))} is now called {quoted(readable(name))}."
            yield _draft(scene, name, was, scene.verdict(), says)
        for entries, move, has in (
            ([each for each in after if each not in before], UP, "now also has"),
            ([each for each in before if each not in after], DOWN, "no longer has"),
        ):
            if entries:
                verdict = _verdict(scene, {name: move})
                yield _draft(
                    scene, name, was, verdict, f"{called} {has} {_shown(list(dict.fromkeys(entries)))}."
                )


def _draft(scene: Scene, name: str, was: str, verdict: Verdict, says: str) -> Draft:
    return Draft(
        where=f"list {name}",
        verdict=verdict,
        alone=says,
        old_path=("lists", was) if was in scene.old.lists else None,
        new_path=("lists", name) if name in scene.new.lists else None,
    )


def _shown(entries: Sequence[str]) -> str:
    shown = [shortened(each, _LONGEST) for each in entries[:_SHOWN]]
    rest = len(entries) - len(shown)
    return joined([*shown, *([f"{rest} more"] if rest else [])], "and")


def _verdict(scene: Scene, lists: Lists) -> Verdict:
    """The verdict on all that asks for the list, in the old agreement and in the new."""
    paths: list[Path] = []
    moments: Signs = NONE
    for agreement, of_old in ((scene.old, True), (scene.new, False)):
        paths += _of_qualify(scene, agreement, lists, of_old=of_old)
        for rule in agreement.fit.rules:
            if isinstance(rule, FitRule):
                paths += _of_fit_rule(scene, rule, lists, of_old=of_old)
        for rule in agreement.engagement.rules:
            if isinstance(rule, EventRule):
                found, when = _of_event_rule(scene, rule, lists, of_old=of_old)
                paths += found
                moments |= when
    return scene.verdict(*paths, moments=moments)


def _of_qualify(scene: Scene, agreement: Agreement, lists: Lists, *, of_old: bool) -> Iterator[Path]:
    qualify = agreement.qualify
    for sql, asked in ((qualify.mql, UP), (qualify.hand_raise, UP), (qualify.never, DOWN)):
        clause = read_qualify(sql, scene if of_old else None)
        yield Path("asked", direction(clause, clause, lists), asked, _DOUBT)


def _of_fit_rule(scene: Scene, rule: FitRule, lists: Lists, *, of_old: bool) -> Iterator[Path]:
    bands = read_bands(rule.bands, scene.names.lists if of_old else {})
    moved = bands_moved(bands, bands, lists)
    name, group = _names(scene, rule, of_old=of_old)
    yield scene.points(moved.points, name, "fit", group, doubt=_DOUBT)
    yield scene.holding(moved.holds, name, _DOUBT)


def _of_event_rule(
    scene: Scene, rule: EventRule, lists: Lists, *, of_old: bool
) -> tuple[Sequence[Path], Signs]:
    called = scene.names.lists if of_old else {}
    name, group = _names(scene, rule, of_old=of_old)
    if isinstance(rule.points, Sql):
        asks = lists_in(bare(parse(rule.points.text), names={}, lists=called))
        if any(each in lists for each in asks):
            return [*scene.unclear(name, "engagement", group, doubt=_DOUBT), scene.silence(ANY)], ANY
    if rule.where is None:
        return [], NONE
    where = read_clause(rule.where, names={}, lists=called)
    known = replace(rule, name=name, group=group)
    return hits_paths(scene, known, known, direction(where, where, lists))


def _names(scene: Scene, rule: FitRule | EventRule, *, of_old: bool) -> tuple[str, str | None]:
    """What the rule and its group are called in the new agreement."""
    if not of_old:
        return rule.name, rule.group
    names = scene.names
    return names.rules.get(rule.name, rule.name), rule.group and names.groups.get(rule.group, rule.group)
