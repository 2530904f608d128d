"""Of what is the form of an agreement made?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from handraiser.edge.web.agreements.form_words import Asked
from handraiser.errors import Diagnostic, Level

__all__ = ["Card", "Elsewhere", "Field", "Form", "Listed", "Part"]


def _any_mistake(wrong: Iterable[Diagnostic]) -> bool:
    return any(each.level is Level.MISTAKE for each in wrong)


class Field(NamedTuple):
    """A field: what is asked, where it stands, and what is filled in.

    at      its path in the text, as the page sends it back
    line    on which line of the text it stands, 0 where it does not
    locked  why it cannot be changed here, nothing where it can
    events  the names of the events that a condition is about
    """

    asked: Asked
    id: str
    at: str
    value: str
    line: int = 0
    locked: str = ""
    events: str = ""
    wrong: tuple[Diagnostic, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Return whether there is a mistake in it, not only something to look at."""
        return _any_mistake(self.wrong)

    @property
    def is_odd(self) -> bool:
        """Return whether something is filled in that is none of what can be chosen."""
        return all(self.value != value for value, _ in self.asked.options)


class Elsewhere(NamedTuple):
    """Something that only the text shows."""

    says: str
    line: int


class Card(NamedTuple):
    """A rule, or another item of a list: in one line, and with all of its fields.

    points    the field that stands in the line, of a rule that has one number of points
    worth     what stands there of a rule that has several
    name      of what has a key of somebody's own, and no place among others
    """

    id: str
    at: str
    title: str
    gist: str
    fields: list[Field]
    elsewhere: list[Elsewhere]
    wrong: tuple[Diagnostic, ...]
    line: int
    points: Field | None = None
    worth: str = ""
    lists: tuple[Listed, ...] = ()
    name: str = ""

    @property
    def is_wrong(self) -> bool:
        """Return whether there is a mistake in it, wherever."""
        return _any_mistake(self._all_wrong())

    @property
    def is_doubtful(self) -> bool:
        """Return whether there is something to look at in it, wherever, and no mistake."""
        return not self.is_wrong and any(True for _ in self._all_wrong())

    def _all_wrong(self) -> Iterator[Diagnostic]:
        yield from self.wrong
        for field in (*self.fields, *([self.points] if self.points else ())):
            yield from field.wrong
        for each in self.lists:
            for card in each.cards:
                yield from card._all_wrong()


class Listed(NamedTuple):
    """A list: where it stands, its items, and what adds one to it: the kind, and what the button says."""

    id: str
    at: str
    says: str
    cards: list[Card]
    adds: tuple[tuple[str, str], ...] = ()
    is_copied: bool = False
    is_moved: bool = True
    elsewhere: tuple[Elsewhere, ...] = ()


class Part(NamedTuple):
    """A part of the form: fields in groups, each under a heading or under none, and lists."""

    id: str
    says: str
    hint: str
    groups: list[tuple[str, list[Field]]]
    lists: list[Listed]
    elsewhere: list[Elsewhere]
    wrong: tuple[Diagnostic, ...]


class Form(NamedTuple):
    """The whole of it; `groups` are the names of groups, and `suggested` what else may be filled in."""

    parts: list[Part]
    suggested: dict[str, tuple[str, ...]]
    wrong: tuple[Diagnostic, ...]
