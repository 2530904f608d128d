"""What becomes of the text when something in its form is changed?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from handraiser.agreement.editing import copied, free_name, key_renamed, renamed, with_group, with_threshold
from handraiser.agreement.listing import moved, with_item, without_item
from handraiser.agreement.setting import with_key, with_value, with_words, without
from handraiser.agreement.spans import Items, Path, Word, found, spans

__all__ = ["Act", "act_of", "done"]

_LONGEST = 10_000  # letters of a value
_DEEPEST = 8
_NEW_RULE = "new_rule"  # until it has a title
_NEW = {
    "fit": '- rule: {name}\n  title: New rule\n  when: ""\n  points: 5',
    "event": '- rule: {name}\n  title: New rule\n  event: ""\n  points: 5',
    "silence": "- rule: {name}\n  title: Gone quiet\n  silent_for: 45 days\n  points: -10",
    "band": '- {when: "", points: 5}',
    "step": "- {do: call, within: 24 hours}",
    "escalation": "- {at: 100%, to: manager}",
    "route": '- to: ""',
}
_RULES = ("fit", "event", "silence")
# What must be there: it is left empty rather than taken out, and said to be so.
_NEEDED = frozenset({"agreement", "rule", "points", "mql", "event", "silent_for", "do", "to", "at"})
_WORDS = frozenset({"event", "remind_at"})


class Act(NamedTuple):
    """What is done in a form: set, name, add, copy, remove, up or down; where; and with which value."""

    do: str
    path: Path
    value: str


def act_of(said: Mapping[str, str]) -> Act | None:
    """Return what a page says was done, None where nothing was that there is."""
    try:
        path = msgspec.json.decode(said.get("at", ""), type=list[str | int])
    except msgspec.DecodeError:
        return None
    known = 0 < len(path) <= _DEEPEST and isinstance(path[0], str)
    if not known or said.get("do") not in _DONE:
        return None
    value = said.get("value", "")[:_LONGEST].replace("\r\n", "\n").strip()
    return Act(said["do"], tuple(path), value)


def done(text: str, act: Act) -> tuple[str, Path]:
    """Return the text after something was done, and what the page is to show. Raises Mistakes."""
    now, shows = _DONE[act.do](text, act)
    spans(now)  # what could not be read any more is refused
    return now, shows


def _set(text: str, act: Act) -> tuple[str, Path]:
    path, value = act.path, act.value
    key, rule = path[-1], path[:-1]
    if path == ("threshold",):
        return with_threshold(text, value), ()
    if key == "rule":
        return renamed(text, rule, value), ()
    if not value:
        return (with_value(text, path, "") if _is_needed(path) else without(text, path)), ()
    if key == "group" and rule and isinstance(rule[-1], int):
        return with_group(text, rule, value), ()
    if key in _WORDS or path[0] == "lists":
        words = [word.strip() for word in value.split(",")]
        return with_words(text, path, [word for word in words if word]), ()
    text = with_value(text, path, value)
    name = found(spans(text), (*rule, "rule"))
    if key == "title" and isinstance(name, Word) and name.text.startswith(_NEW_RULE):
        text = renamed(text, rule, free_name(text, value))
    return text, ()


def _name(text: str, act: Act) -> tuple[str, Path]:
    return key_renamed(text, act.path, act.value), ()


def _is_needed(path: Path) -> bool:
    return path[-1] in _NEEDED or (path[-1] == "when" and path[0] == "fit") or "follow_up" in path


def _add(text: str, act: Act) -> tuple[str, Path]:
    kind, _, name = act.value.partition(" ")
    if kind == "reason":
        path = (*act.path, free_name("a: b", name or "new_reason"))
        return with_key(text, path, "{}"), path
    items = found(spans(text), act.path)
    number = len(items.items) if isinstance(items, Items) else 0
    item = _NEW.get(kind, _NEW["fit"])
    if kind in _RULES:
        item = item.replace("{name}", free_name(text, "gone_quiet" if kind == "silence" else _NEW_RULE))
    takes_all = number and found(items, (number - 1, "when")) is None
    if kind == "route" and takes_all:  # what comes behind it would never be asked
        text = with_item(text, act.path, '- {when: "", to: ""}')
        return moved(text, (*act.path, number), -1), (*act.path, number - 1)
    return with_item(text, act.path, item), (*act.path, number)


def _copy(text: str, act: Act) -> tuple[str, Path]:
    last = act.path[-1]
    return copied(text, act.path), (*act.path[:-1], last + 1) if isinstance(last, int) else ()


def _remove(text: str, act: Act) -> tuple[str, Path]:
    return (without_item if isinstance(act.path[-1], int) else without)(text, act.path), ()


def _up(text: str, act: Act) -> tuple[str, Path]:
    return moved(text, act.path, -1), ()


def _down(text: str, act: Act) -> tuple[str, Path]:
    return moved(text, act.path, 1), ()


_DONE = {"set": _set, "name": _name, "add": _add, "copy": _copy, "remove": _remove, "up": _up, "down": _down}
