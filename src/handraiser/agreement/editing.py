"""What becomes of the rules of a text: one comes, is copied, is called otherwise, with all else as it was?

Single values are changed by `setting`, lists by `listing`; here is what somebody does to a rule who does not
look at the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from handraiser.agreement import expression as said
from handraiser.agreement.changing import THRESHOLD, as_number, at_threshold
from handraiser.agreement.listing import item_text, with_item
from handraiser.agreement.numbers import value_of
from handraiser.agreement.parser import parse
from handraiser.agreement.setting import with_key, with_name, with_value, without
from handraiser.agreement.spans import Items, Keys, Path, Word, found, spans
from handraiser.agreement.splicing import not_there
from handraiser.agreement.trouble import Unreadable
from handraiser.agreement.vocabulary import RESERVED

__all__ = [
    "copied",
    "free_name",
    "key_renamed",
    "renamed",
    "with_group",
    "with_parameter",
    "with_rule",
    "with_threshold",
]

_SECTIONS = ("fit", "engagement")
_CONDITIONS = ("mql", "hand_raise", "never")


def with_rule(text: str, section: str, rule: str) -> str:
    """Return the text with a rule more at the end of `fit` or `engagement`.

    `rule` is as it would stand in a list whose dashes are not indented: "- rule: x\\n  event: Visit".
    Raises Mistakes where the text is no YAML, or the rule is not one item of a list.
    """
    return with_item(text, (section, "rules"), rule)


def free_name(text: str, wanted: str) -> str:
    """Return a name that no rule and no group of the text has: the one that is wanted, else with a number."""
    name = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_") or "rule"
    name = name if name[0].isalpha() else f"rule_{name}"
    taken = {*RESERVED, *_names(text)}
    number, stem = 2, re.sub(r"_\d+$", "", name)
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def copied(text: str, path: Path) -> str:
    """Return the text with a rule a second time, behind itself and with a name of its own."""
    rule = found(spans(text), path)
    if not isinstance(rule, Keys) or not isinstance(path[-1], int):
        raise not_there(path, "It is no rule.")
    name, title = found(rule, ("rule",)), found(rule, ("title",))
    copy = (*path[:-1], path[-1] + 1)
    text = with_item(text, path[:-1], item_text(text, path), after=path[-1])
    if isinstance(name, Word):
        text = with_value(text, (*copy, "rule"), free_name(text, name.text))
    if isinstance(title, Word) and title.text:
        text = with_value(text, (*copy, "title"), f"{title.text} (copy)")
    return text


def renamed(text: str, path: Path, name: str) -> str:
    """Return the text with a rule called otherwise, also where `qualify` names it."""
    old, taken = found(spans(text), (*path, "rule")), {*RESERVED, *_names(text)}
    text = with_value(text, (*path, "rule"), name)
    if not isinstance(old, Word) or old.text in {*RESERVED, *_names(text)} or not _is_free(name, taken):
        return text  # what `qualify` says may be about something else
    return _known_to_qualify(text, old.text, name)


def key_renamed(text: str, path: Path, name: str) -> str:
    """Return the text with a key of somebody's own called otherwise; a group also where rules are in it."""
    taken = {*RESERVED, *_names(text)}
    text = with_name(text, path, name)
    if len(path) != 3 or path[1] != "groups":
        return text
    rules = found(spans(text), (path[0], "rules"))
    for number, rule in enumerate(rules.items if isinstance(rules, Items) else ()):
        group = found(rule, ("group",))
        if isinstance(group, Word) and group.text == path[2]:
            text = with_value(text, (path[0], "rules", number, "group"), name)
    if str(path[2]) in RESERVED or not _is_free(name, taken):
        return text
    return _known_to_qualify(text, str(path[2]), name)


def _is_free(name: str, taken: Collection[str]) -> bool:
    return name not in taken and re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None


def with_group(text: str, path: Path, group: str) -> str:
    """Return the text with a rule in a group; one that is not declared yet is declared, without limits."""
    text = with_key(text, (str(path[0]), "groups", group), "{}")
    return with_value(text, (*path, "group"), group)


def with_threshold(text: str, value: str) -> str:
    """Return the text with another number wherever `qualify.mql` compares the score with one."""
    mql = found(spans(text), ("qualify", "mql"))
    if not isinstance(mql, Word):
        raise not_there(("qualify", "mql"), "There is nothing of that name.")
    as_number(value_of(value))
    return with_value(text, ("qualify", "mql"), at_threshold(mql.text, value.strip()))


def with_parameter(text: str, name: str, value: str) -> str:
    """Return the text with another value of a parameter, named as `changed` takes it; without it for none."""
    if name == THRESHOLD:
        return with_threshold(text, value)
    first, *rest = name.split(".")
    steps = [int(step) - 1 if step.isdecimal() else step for step in rest]
    path = (*_home(text, first), *steps)
    return with_value(text, path, value) if value else without(text, path)


def _home(text: str, name: str) -> Path:
    """Return the path of a rule or a group, else of what is called so in the agreement itself."""
    root = spans(text)
    for section in _SECTIONS:
        rules = found(root, (section, "rules"))
        for number, rule in enumerate(rules.items if isinstance(rules, Items) else ()):
            called = found(rule, ("rule",))
            if isinstance(called, Word) and called.text == name:
                return (section, "rules", number)
        if found(root, (section, "groups", name)) is not None:
            return (section, "groups", name)
    return ("fit", name) if name == "grades" else (name,)


def _names(text: str) -> Iterator[str]:
    root = spans(text)
    for section in _SECTIONS:
        rules, groups = found(root, (section, "rules")), found(root, (section, "groups"))
        for rule in rules.items if isinstance(rules, Items) else ():
            name = found(rule, ("rule",))
            if isinstance(name, Word):
                yield name.text
        yield from (word.text for word, _ in (groups.entries if isinstance(groups, Keys) else ()))


def _known_to_qualify(text: str, old: str, name: str) -> str:
    for key in _CONDITIONS:
        condition = found(spans(text), ("qualify", key))
        if isinstance(condition, Word) and not condition.shared:
            text = with_value(text, ("qualify", key), _called(condition.text, old, name))
    return text


def _called(condition: str, old: str, new: str) -> str:
    """Return a condition with another name wherever it names a rule."""
    try:
        names = [
            part.span
            for part in said.words(parse(condition))
            if isinstance(part, said.Name) and not part.qualifier and part.name == old
        ]
    except Unreadable:
        return condition
    for start, stop in sorted(set(names), reverse=True):
        condition = f"{condition[:start]}{new}{condition[stop:]}"
    return condition
