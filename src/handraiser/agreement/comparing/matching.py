"""Which rule, group and list of the old agreement is which of the new?

By name, where names agree; else by content: what says the same under another name was renamed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import msgspec
from msgspec.structs import replace

from handraiser.agreement.model import (
    Agreement,
    Decay,
    EventRule,
    FitRule,
    Section,
    SilenceRule,
    Sql,
)
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import bare
from handraiser.errors import Place

__all__ = ["AnyRule", "Names", "Pair", "match_names", "pairs_of"]

AnyRule = FitRule | EventRule | SilenceRule


class Names(msgspec.Struct, frozen=True):
    """What the old agreement's names are in the new one, where they are others there."""

    rules: Mapping[str, str]
    groups: Mapping[str, str]
    lists: Mapping[str, str]

    @property
    def any(self) -> bool:
        """Whether any name has changed: then texts differ that say the same."""
        return bool(self.rules or self.groups or self.lists)

    @property
    def of_qualify(self) -> Mapping[str, str]:
        """Rules and groups: what a bare name may stand for."""
        return {**self.rules, **self.groups}


class Pair(msgspec.Struct, frozen=True):
    """A rule as it was and as it is, the old one under its new name; None where it is not there."""

    section: str
    old: AnyRule | None
    new: AnyRule | None
    old_name: str


def match_names(old: Agreement, new: Agreement) -> Names:
    """The names that have changed."""
    lists = _renamed(*({name: frozenset(has) for name, has in each.lists.items()} for each in (old, new)))
    rules: dict[str, str] = {}
    groups: dict[str, str] = {}
    for mine, theirs in ((old.fit, new.fit), (old.engagement, new.engagement)):
        rules |= _renamed_rules(mine, theirs, lists)
        groups |= _renamed(_groups(mine, rules), _groups(theirs, {}))
    return Names(rules, groups, lists)


def _renamed_rules(old: Section, new: Section, lists: Mapping[str, str]) -> dict[str, str]:
    """Rules under other names: first those that say all the same, then those of which only ages differ."""
    found: dict[str, str] = {}
    for ages in (True, False):
        before = {rule.name: _content(rule, lists, ages=ages) for rule in old.rules if rule.name not in found}
        taken = set(found.values())
        after = {rule.name: _content(rule, {}, ages=ages) for rule in new.rules if rule.name not in taken}
        found |= _renamed(before, after)
    return found


def _groups(section: Section, rules: Mapping[str, str]) -> dict[str, Hashable]:
    """What each group says: its limits and its rules, those called as the mapping calls them."""
    return {
        group.name: (
            group.limits,
            frozenset(rules.get(rule.name, rule.name) for rule in section.rules if rule.group == group.name),
        )
        for group in section.groups
    }


def _renamed(old: Mapping[str, Hashable], new: Mapping[str, Hashable]) -> dict[str, str]:
    """The names that are gone, each with the first new name under which the same is said."""
    come = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for name in old:
        taken = None if name in new else next((each for each in come if new[each] == old[name]), None)
        if taken is not None:
            come.remove(taken)
            found[name] = taken
    return found


def _content(rule: AnyRule, lists: Mapping[str, str], *, ages: bool) -> Hashable:
    """What a rule says but for name, group and words for people; `within` and `decay` only with `ages`."""

    def plain(points: float | Sql | None) -> Hashable:
        return bare(parse(points.text), names={}, lists=lists) if isinstance(points, Sql) else points

    head = replace(rule, name="", title="", say="", group=None, at=Place())
    match head:
        case FitRule(bands=bands):
            return FitRule, head.limits, tuple((plain(band.when), plain(band.points)) for band in bands)
        case EventRule():
            said = replace(head, where=None, points=0.0, event=())
            if not ages:
                said = replace(said, within=None, decay=Decay())
            return said, frozenset(head.event), plain(head.where), plain(head.points)
    return head


def pairs_of(old: Agreement, new: Agreement, names: Names) -> list[Pair]:
    """Every rule of either agreement, in the new one's order, then what is gone.

    A pair may be of two kinds, where a name was given to another kind of rule.
    """
    before = {names.rules.get(rule.name, rule.name): rule for rule in (*old.fit.rules, *old.engagement.rules)}
    found: list[Pair] = []
    for section, rules in (("fit", new.fit.rules), ("engagement", new.engagement.rules)):
        for rule in rules:
            was = before.pop(rule.name, None)
            mine = None if was is None else _called(was, rule.name, names)
            found.append(Pair(section, mine, rule, rule.name if was is None else was.name))
    for name, was in before.items():
        section = "fit" if isinstance(was, FitRule) else "engagement"
        found.append(Pair(section, _called(was, name, names), None, was.name))
    return found


def _called(rule: AnyRule, name: str, names: Names) -> AnyRule:
    group = rule.group and names.groups.get(rule.group, rule.group)
    return replace(rule, name=name, group=group)
