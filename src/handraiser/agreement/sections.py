"""What do `fit` and `engagement` say, and do their names hold together?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from handraiser.agreement.codes import Code
from handraiser.agreement.durations import read_decay
from handraiser.agreement.fields import Fields, entries, items, name_of
from handraiser.agreement.grades import read_grades
from handraiser.agreement.model import Decay, Group, Section
from handraiser.agreement.nodes import Node, under
from handraiser.agreement.notes import Notes
from handraiser.agreement.rules import AnyRule, Defaults, engagement_rule, fit_rule, read_window
from handraiser.agreement.vocabulary import KEYS, RESERVED, is_name, nearest
from handraiser.errors import Place

__all__ = ["Named", "Part", "check_name", "check_names", "engagement_part", "fit_part"]


class Named(msgspec.Struct, frozen=True):
    """A name of the user's own: what it names and where it stands."""

    name: str
    what: str
    at: Place


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A section as it was read: its value, the names it gives, and whether all of it could be read."""

    section: Section
    names: tuple[Named, ...]
    grades: tuple[tuple[str, float], ...] = ()
    has_rules: bool


def fit_part(node: Node, notes: Notes) -> Part:
    """`fit`: its rules, groups, clamp and grades."""
    fields = Fields(node, notes, what="`fit`", keys=KEYS["fit"])
    part = _part(fields, fit_rule)
    return msgspec.structs.replace(part, grades=read_grades(fields, part.section))


def engagement_part(node: Node, notes: Notes) -> Part:
    """`engagement`: its rules with the section's defaults filled in, groups and clamp."""
    fields = Fields(node, notes, what="`engagement`", keys=KEYS["engagement"])
    defaults = Defaults(
        within=fields.value("within", read_window, None),
        decay=fields.value("decay", read_decay, Decay()),
    )
    return _part(fields, lambda rule, notes: engagement_rule(rule, notes, defaults))


def _part(fields: Fields, read: Callable[[Node, Notes], AnyRule]) -> Part:
    notes = fields.notes
    given = fields.get("rules")
    nodes = items(given, notes, fix="Write `- rule: name` for each rule.") if given is not None else ()
    rules = tuple(read(node, notes) for node in nodes)
    groups, names = _groups(fields)
    _check_groups(fields, tuple(zip(nodes, rules, strict=True)), names)
    for node, rule in zip(nodes, rules, strict=True):
        names += (Named(rule.name, "rule", (under(node, "rule") or node).at),)
    section = Section(rules=rules, groups=groups, limits=fields.limits())
    return Part(section=section, names=names, has_rules=bool(nodes))


def _groups(fields: Fields) -> tuple[tuple[Group, ...], tuple[Named, ...]]:
    if "groups" not in fields:
        return (), ()
    groups, names = [], []
    for key, node in entries(fields["groups"], fields.notes, fix="Write `groups: {email: {max: 20}}`."):
        name = name_of(key, fields.notes)
        limits = Fields(node, fields.notes, what=f"group `{key.text}`", keys=("min", "max")).limits()
        groups.append(Group(name=name, limits=limits))
        names.append(Named(name, "group", key.at))
    return tuple(groups), tuple(names)


def _check_groups(
    fields: Fields,
    rules: tuple[tuple[Node, AnyRule], ...],
    declared: tuple[Named, ...],
) -> None:
    """A group that is used is declared, and one that is declared is used."""
    notes = fields.notes
    known = [each.name for each in declared]
    used = {rule.group for _, rule in rules}
    for node, rule in rules:
        if rule.group and rule.group not in known:
            meant = nearest(rule.group, known)
            notes.mistake(
                Code.UNDECLARED_GROUP,
                (under(node, "group") or node).at,
                f"Rule `{rule.name}` is in group `{rule.group}`, which {fields.what} does not declare.",
                f"Did you mean `{meant}`?"
                if meant
                else f"Declare it under {fields.what}: `groups: {{{rule.group}: {{max: 20}}}}`.",
            )
    for group in declared:
        if group.name and group.name not in used:
            notes.mistake(
                Code.UNUSED_GROUP,
                group.at,
                f"Group `{group.name}` is declared, and no rule of {fields.what} is in it.",
                f"Write `group: {group.name}` in its rules, or take the group away.",
            )


def check_name(named: Named, notes: Notes) -> bool:
    """Whether a name is spelled as names are; if not, it is written down."""
    if not named.name or is_name(named.name):
        return bool(named.name)
    better = "_".join("".join(c if c.isalnum() and c.isascii() else " " for c in named.name.lower()).split())
    if better in RESERVED:
        better = f"{better}_{named.what}"
    fits = is_name(better) and named.name.isascii()  # what is left of `Ünder` is no name of anything
    fix = f"Write `{better}`." if fits else "Begin with a letter: `[a-z][a-z0-9_]*`."
    notes.mistake(
        Code.BAD_NAME,
        named.at,
        f"`{named.name}` cannot be the name of a {named.what}: only small letters, digits and _.",
        fix,
    )
    return False


def check_names(names: tuple[Named, ...], notes: Notes) -> None:
    """Rules and groups share one set of names, and some words are taken."""
    seen: dict[str, Named] = {}
    for named in sorted(names, key=lambda each: each.at):
        if not check_name(named, notes):
            continue
        if named.name in RESERVED:
            notes.mistake(
                Code.RESERVED_NAME,
                named.at,
                f"`{named.name}` is a word of the language and cannot name a {named.what}.",
                f"Choose another name, as in `{named.name}_{named.what}`.",
            )
        elif named.name in seen:
            first = seen[named.name]
            notes.mistake(
                Code.REPEATED,
                named.at,
                f"`{named.name}` is already the name of the {first.what} on line {first.at.line}.",
                "Give each rule and group a name of its own.",
            )
        seen.setdefault(named.name, named)
