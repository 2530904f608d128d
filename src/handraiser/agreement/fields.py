"""What stands under the keys of a mapping, and which keys do not belong there?

`Fields` reads a mapping key by key. A value that is wrong is written down in the notes with its
place, and its default stands in for it, so that the reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Words
from typing import TypeVar

from msgspec import structs

from handraiser.agreement.amounts import number_meant
from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import Scope
from handraiser.agreement.extents import open_quote
from handraiser.agreement.model import Limits, Sql
from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar, Style
from handraiser.agreement.notes import Notes
from handraiser.agreement.scalars import Kind, kind_of, nothing, read_number, read_text, read_truth, shown
from handraiser.agreement.vocabulary import home_of, nearest, spelled
from handraiser.agreement.wrong import Wrong
from handraiser.errors import Place

__all__ = ["Fields", "condition", "entries", "items", "name_of", "points", "value"]

T = TypeVar("T")

_NO_POINTS = 0.0  # stands in for points that could not be read


def _kind_of_node(node: Node) -> str:
    if isinstance(node, Scalar):
        return kind_of(node).value if node.text else "nothing"
    return "a list" if isinstance(node, Listing) else "keys with values"


def wrong_kind(node: Node, notes: Notes, *, what: str, fix: str) -> None:
    """Write down that something else belongs here."""
    notes.mistake(Code.WRONG_KIND, node.at, f"{what} belongs here, not {_kind_of_node(node)}.", fix)


def value(node: Node, notes: Notes, read: Callable[[str], T | Wrong], default: T, *, fix: str) -> T:
    """What a text means to `read`; the default where it means nothing."""
    if not isinstance(node, Scalar):
        wrong_kind(node, notes, what="One value", fix=fix)
        return default
    if kind_of(node) is Kind.NULL:
        found: T | Wrong = nothing(node)
    else:
        found = read(node.text.strip())
    return _noted(found, node.at, notes, default)


def _noted(found: T | Wrong, at: Place, notes: Notes, default: T) -> T:
    if isinstance(found, Wrong):
        notes.mistake(found.code, at, found.says, found.fix)
        return default
    return found


def text(node: Node, notes: Notes, default: str = "") -> str:
    """The words of a text."""
    if not isinstance(node, Scalar):
        wrong_kind(node, notes, what="A text", fix="Write a text; in quotes if it begins with [ or {.")
        return default
    return _noted(read_text(node), node.at, notes, default)


def items(node: Node, notes: Notes, *, fix: str) -> tuple[Node, ...]:
    """The items of a list."""
    if isinstance(node, Listing):
        return node.items
    if isinstance(node, Scalar) and kind_of(node) is Kind.NULL:
        notes.mistake(
            Code.READ_AS_NULL, node.at, "An empty value is nothing to YAML.", "Write `[]` for no items."
        )
    else:
        wrong_kind(node, notes, what="A list", fix=fix)
    return ()


def entries(node: Node, notes: Notes, *, fix: str) -> Iterator[tuple[Scalar, Node]]:
    """The keys and values of a mapping whose keys are the user's own; a repeated key is reported."""
    if not isinstance(node, Mapping):
        _no_mapping(node, notes, fix)
        return
    seen: dict[str, Place] = {}
    for key, each in node.entries:
        if key.text in seen:
            _repeated(key, seen[key.text], notes)
        else:
            seen[key.text] = key.at
            yield key, each


def _no_mapping(node: Node, notes: Notes, fix: str) -> None:
    if isinstance(node, Scalar) and kind_of(node) is Kind.NULL:
        says, fix = "An empty value is nothing to YAML.", "Write `{}` for no keys."
        notes.mistake(Code.READ_AS_NULL, node.at, says, fix)
    elif isinstance(node, Scalar) and re.match(r"\w+:\S", node.text):
        says = f"YAML does not read `{shown(node.text)}` as a key and its value."
        notes.mistake(Code.NO_BLANK, node.at, says, "Put a blank behind the colon.")
    else:
        wrong_kind(node, notes, what="A block of keys with values", fix=fix)


def _repeated(key: Scalar, first: Place, notes: Notes) -> None:
    notes.mistake(
        Code.REPEATED,
        key.at,
        f"`{shown(key.text)}` is written twice; the first is on line {first.line}.",
        "Keep one of the two.",
    )


def name_of(key: Scalar, notes: Notes) -> str:
    """A key as a name of the user's own; empty where YAML makes something else of it."""
    return _noted(read_text(key), key.at, notes, "")


def condition(node: Node, notes: Notes, scope: Scope | None) -> Sql | None:
    """An expression and the place of its first word, noted to be checked in its scope; or None."""
    if isinstance(node, Mapping) and node.entries and open_quote(node.entries[0][0].text):
        key = node.entries[0][0]
        notes.mistake(
            Code.CUT_BY_COLON,
            key.at,
            f"YAML takes `{shown(key.text)}` for a key, because `: ` follows it.",
            "Put the whole value in double quotes (single quotes inside them may stay).",
        )
        return None
    if not isinstance(node, Scalar):
        wrong_kind(node, notes, what="An expression", fix="Write it as one text, in double quotes.")
        return None
    if kind_of(node) is Kind.NULL:
        _noted(nothing(node), node.at, notes, None)
        return None
    if kind_of(node) is Kind.BOOLEAN and node.text.lower() not in ("true", "false"):
        meant = "true" if node.text.lower() in ("yes", "on") else "false"
        says = f"`{node.text}` is no condition, and YAML reads it as a boolean."
        notes.mistake(Code.READ_AS_BOOLEAN, node.at, says, f"Write `{meant}`, or leave the key out.")
        return None
    if not node.text.strip():
        notes.mistake(Code.EMPTY, node.at, "The expression is empty.", "Write one, or leave the key out.")
        return None
    sql = _trimmed(node)
    if scope is not None:
        notes.expressions.append((sql, scope))
    return sql


def _trimmed(node: Scalar) -> Sql:
    """The expression without the blanks around it, and the place of its first character."""
    blanks = len(node.text) - len(node.text.lstrip(" \t"))
    at = structs.replace(node.text_at, column=node.text_at.column + blanks)
    return Sql(node.text[blanks:].rstrip(), at)


def points(node: Node, notes: Notes, scope: Scope) -> float | Sql:
    """Points: a number, or an expression in this scope. A number in quotes is both, and read as a number."""
    if not isinstance(node, Scalar):
        wrong_kind(node, notes, what="A number or an expression", fix="Write `points: 15`.")
        return _NO_POINTS
    found = read_number(node)
    if isinstance(found, Wrong) and found.code is Code.QUOTED_NUMBER:
        found = read_number(structs.replace(node, text=node.text.strip(), style=Style.PLAIN))
    may_be_expression = isinstance(found, Wrong) and found.code is Code.WRONG_KIND
    if may_be_expression and kind_of(node) is Kind.TEXT and number_meant(node.text) is None:
        return condition(node, notes, scope) or _NO_POINTS
    return _noted(found, node.at, notes, _NO_POINTS)


class Fields:
    """A mapping with known keys, each of which may be read once it is known to be there.

    what       how messages call the mapping, as in "`fit`" or "rule `pricing`"
    keys       the keys it may have
    elsewhere  what is said of a key that belongs to another kind of mapping
    instead    what is said of a key that people write for another one
    """

    def __init__(
        self,
        node: Node,
        notes: Notes,
        *,
        what: str,
        keys: Sequence[str],
        elsewhere: Words[str, str] | None = None,
        instead: Words[str, str] | None = None,
    ) -> None:
        self.notes = notes
        self.what = what
        self.at = node.at
        self._is_mapping = isinstance(node, Mapping)
        self._known = keys
        self._elsewhere = elsewhere or {}
        self._often = instead or {}
        self._misspelled: set[str] = set()
        self._values: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        for key, each in entries(node, notes, fix=f"Write some of {spelled(keys)} under it."):
            self._take(key, each)

    def _take(self, key: Scalar, node: Node) -> None:
        if key.text in self._known:
            self._values[key.text], self._keys[key.text] = node, key.at
        elif key.text in self._elsewhere:
            says = f"`{key.text}` does not belong in {self.what}."
            self.notes.mistake(Code.MISPLACED_KEY, key.at, says, self._elsewhere[key.text])
        else:
            says = f"{self.what} has no key `{shown(key.text)}`."
            self.notes.mistake(Code.UNKNOWN_KEY, key.at, says[0].upper() + says[1:], self._instead(key.text))

    def _instead(self, key: str) -> str:
        if key.lower() in self._often:
            return self._often[key.lower()]
        meant = nearest(key, self._known)
        if meant is not None:
            self._misspelled.add(meant)
            return f"Did you mean `{meant}`?"
        home = home_of(key)
        return f"`{key}` belongs in {home}." if home else f"It may have {spelled(self._known)}."

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> Node | None:
        """What stands under the key, None where it is not there."""
        return self._values.get(key)

    def __getitem__(self, key: str) -> Node:
        return self._values[key]

    def place(self, key: str) -> Place:
        """Where the key stands; where the mapping does if it is not there."""
        return self._keys.get(key, self.at)

    def need(self, *keys: str, fix: str = "") -> None:
        """Report the keys that must be there and are not."""
        for key in keys:
            if key not in self._values and key not in self._misspelled and self._is_mapping:
                says = f"{self.what[0].upper()}{self.what[1:]} has no `{key}`, and must have one."
                self.notes.mistake(Code.MISSING_KEY, self.at, says, fix or f"Write `{key}:` and its value.")

    def text(self, key: str, default: str = "") -> str:
        """The text under the key."""
        return text(self._values[key], self.notes, default) if key in self._values else default

    def value(self, key: str, read: Callable[[str], T | Wrong], default: T) -> T:
        """What the text under the key means to `read`."""
        if key not in self._values:
            return default
        return value(self._values[key], self.notes, read, default, fix=f"Write one value after `{key}:`.")

    def number(self, key: str, *, least: float | None = None) -> float | None:
        """The number under the key, None without one."""
        if key not in self._values:
            return None
        node = self._values[key]
        if not isinstance(node, Scalar):
            wrong_kind(node, self.notes, what="A number", fix=f"Write a number after `{key}:`.")
            return None
        number = _noted(read_number(node), node.at, self.notes, None)
        if number is not None and least is not None and number < least:
            self.notes.mistake(
                Code.NUMBER_OUT_OF_RANGE,
                node.at,
                f"`{key}` is {node.text}, less than {least:g}.",
                f"Write {least:g} or more.",
            )
            return None
        return number

    def whole(self, key: str, *, least: int) -> int | None:
        """The whole number under the key, None without one."""
        number = self.number(key, least=least)
        if number is None or number == int(number):
            return None if number is None else int(number)
        self.notes.mistake(
            Code.NUMBER_OUT_OF_RANGE,
            self._values[key].at,
            f"`{key}` is {number:g}, not a whole number.",
            f"Write {int(number)} or {int(number) + 1}.",
        )
        return None

    def truth(self, key: str, *, default: bool) -> bool:
        """True or false, as the key says."""
        if key not in self._values:
            return default
        node = self._values[key]
        if not isinstance(node, Scalar):
            wrong_kind(node, self.notes, what="`true` or `false`", fix=f"Write `{key}: true`.")
            return default
        return _noted(read_truth(node), node.at, self.notes, default)

    def limits(self, default: Limits | None = None) -> Limits:
        """`min` and `max`, the first not above the second."""
        floor, ceiling = self.number("min"), self.number("max")
        if floor is None and default is not None:
            floor = default.min
        if floor is not None and ceiling is not None and floor > ceiling:
            key = "min" if "min" in self else "max"
            self.notes.mistake(
                Code.MIN_ABOVE_MAX,
                self.place(key),
                f"In {self.what}, `min` ({floor:g}) is above `max` ({ceiling:g}).",
                "Raise `max` or lower `min`.",
            )
        return Limits(min=floor, max=ceiling)
