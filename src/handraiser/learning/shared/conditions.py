"""What can be asked of a lead, and how is that written in an agreement and said in words?"""

from __future__ import annotations

from typing import NamedTuple

from handraiser.agreement.wording import joined, number, readable, times

__all__ = ["PAGES", "Between", "Condition", "Done", "Is", "Says", "Thing"]


LEFT = "Page Left"
PAGES = frozenset({"Page Viewed", LEFT})
"""Events that are about a page, by its path."""


class Is(NamedTuple):
    """An attribute is one of some values: texts, or one truth value."""

    name: str
    values: tuple[str | bool, ...]

    @property
    def section(self) -> str:
        return "fit"

    @property
    def detail(self) -> float:
        """How much it says beyond the plainest: of two that say the same the lower is taken."""
        return float(len(self.values))

    @property
    def sql(self) -> str:
        first = self.values[0]
        if isinstance(first, bool):
            return f"{self.name} = {'true' if first else 'false'}"
        texts = [_quoted(str(each)) for each in self.values]
        return f"{self.name} = {texts[0]}" if len(texts) == 1 else f"{self.name} in ({', '.join(texts)})"

    @property
    def says(self) -> str:
        first = self.values[0]
        if isinstance(first, bool):
            return f"{_called(self.name)}: {'yes' if first else 'no'}"
        return f"{_called(self.name)} is {joined([str(each) for each in self.values], 'or')}"


class Says(NamedTuple):
    """A word stands in an attribute."""

    name: str
    word: str

    @property
    def section(self) -> str:
        return "fit"

    @property
    def detail(self) -> float:
        return 1.5

    @property
    def sql(self) -> str:
        return f"{self.name} ilike {_quoted(f'%{self.word}%')}"

    @property
    def says(self) -> str:
        return f"{_called(self.name)} has “{self.word}” in it"


class Between(NamedTuple):
    """A number is in a range; None is no bound on that side."""

    name: str
    low: float | None
    high: float | None

    @property
    def section(self) -> str:
        return "fit"

    @property
    def detail(self) -> float:
        return 2.0 if None in (self.low, self.high) else 3.0

    @property
    def sql(self) -> str:
        if self.low is None:
            return f"{self.name} <= {_plain(self.high)}"
        if self.high is None:
            return f"{self.name} >= {_plain(self.low)}"
        return f"{self.name} between {_plain(self.low)} and {_plain(self.high)}"

    @property
    def says(self) -> str:
        called = _called(self.name)
        if self.low is None:
            return f"{called} at most {number(self.high or 0.0)}"
        if self.high is None:
            return f"{called} at least {number(self.low)}"
        return f"{called} between {number(self.low)} and {number(self.high)}"


class Thing(NamedTuple):
    """What events are about: all of a name, or those with a value of a property, or a beginning of it."""

    event: str
    name: str = ""
    value: str = ""
    begins: bool = False

    def is_of(self, other: Thing) -> bool:
        """Return whether whatever is this is the other too; who leaves a page has viewed it."""
        alike = self.event == other.event or PAGES.issuperset((self.event, other.event))
        if not alike or not other.name:
            return alike
        if self.name != other.name:
            return False
        return self.value.startswith(other.value) if other.begins else self.value == other.value


class Done(NamedTuple):
    """It has been done so often, within so many days; None is ever."""

    thing: Thing
    days: int | None
    at_least: int = 1

    @property
    def section(self) -> str:
        return "engagement"

    @property
    def detail(self) -> float:
        thing = self.thing
        parts = 0.0 if not thing.name else float(max(1, thing.value.count("/")) if thing.begins else 1)
        often = 0.0 if self.at_least == 1 else 0.5 + self.at_least / 100
        parts += 0.4 if thing.event == LEFT else 0.0
        return parts + often + {None: 0.0, 90: 0.1, 30: 0.2, 7: 0.3}.get(self.days, 0.4)

    @property
    def sql(self) -> str:
        """What stands at `where`; empty for all events of the name."""
        thing = self.thing
        if not thing.name:
            return ""
        if not thing.begins:
            return f"{thing.name} = {_quoted(thing.value)}"
        if "%" in thing.value or "_" in thing.value:
            return f"starts_with({thing.name}, {_quoted(thing.value)})"
        return f"{thing.name} like {_quoted(f'{thing.value}%')}"

    @property
    def says(self) -> str:
        thing = self.thing
        about = "" if not thing.name else f" {thing.value}…" if thing.begins else f" “{thing.value}”"
        often = "" if self.at_least == 1 else f", at least {times(self.at_least)}"
        within = "" if self.days is None else f", within {self.days} days"
        return f"{thing.event}{about}{often}{within}"


Condition = Is | Says | Between | Done


def _quoted(text: str) -> str:
    """Return a text as conditions have it."""
    return "'" + text.replace("'", "''") + "'"


def _called(name: str) -> str:
    """Return an attribute in words: `lead.job_title` is `Job title`, `company.size` `Size of the company`."""
    scope, _, own = name.partition(".")
    words = readable(own)
    return f"{words[:1].upper()}{words[1:]}{' of the company' if scope == 'company' else ''}"


def _plain(value: float | None) -> str:
    return f"{value or 0.0:.12g}"
