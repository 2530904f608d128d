"""Which numbers of an agreement stand on the page, and what do the changes in an address make of it?

The address has what differs from the agreement and nothing else, so it can be sent to somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handraiser.agreement.changing import changed
from handraiser.agreement.model import Agreement
from handraiser.agreement.numbers import Parameter, Parameters, Part, parameters, part_of, value_of
from handraiser.errors import Diagnostic, Mistakes

__all__ = ["Field", "Section", "Wrong", "changes_in", "sections", "supposed", "wrong_where"]

_SAYS = {
    "qualify": "Who is an MQL",
    "fit": "Fit: who they are",
    "engagement": "Engagement: what they do",
    "score": "The score",
}
_LONGEST = 200  # letters of a value


class Field(NamedTuple):
    """A parameter, and as it is in the address: its value, and that with the number apart."""

    parameter: Parameter
    value: str
    part: Part

    @property
    def id(self) -> str:
        """Return by what it is known in the page."""
        return f"f-{self.parameter.name.replace('.', '-')}"

    @property
    def number(self) -> str:
        """Return its number as it is filled in."""
        return "" if self.part.number is None else f"{self.part.number:.12g}"

    @property
    def low(self) -> str:
        """Return where its slider begins."""
        return f"{self.parameter.low:.12g}"

    @property
    def high(self) -> str:
        """Return where its slider ends."""
        return f"{self.parameter.high:.12g}"

    @property
    def is_number(self) -> bool:
        """Return whether there is a slider: whether there is one number in it, now and as it is agreed."""
        return self.parameter.part.number is not None and self.part.number is not None

    @property
    def is_changed(self) -> bool:
        """Return whether it differs from what is agreed."""
        return self.value != self.parameter.value


class Section(NamedTuple):
    """A part of the agreement: what it is called, and its rules and groups with their fields."""

    says: str
    parts: list[tuple[Parameters, list[Field]]]


class Wrong(NamedTuple):
    """A mistake at a field; at none where it is of several together."""

    name: str
    says: str
    fix: str


def changes_in(agreement: Agreement, said: Mapping[str, str]) -> dict[str, str]:
    """Return the changes that an address says, by parameter; of what is no parameter nothing."""
    known = {each.name: each for part in parameters(agreement) for each in part.parameters}
    return {
        name: value[:_LONGEST].strip()
        for name, value in said.items()
        if name in known and value.strip() != known[name].value
    }


def sections(agreement: Agreement, changes: Mapping[str, str]) -> list[Section]:
    """Return all fields of an agreement as they are with some changes."""
    found: dict[str, Section] = {}
    for part in parameters(agreement):
        fields = [_field(each, changes.get(each.name, each.value)) for each in part.parameters]
        section = found.setdefault(part.section, Section(_SAYS[part.section], []))
        section.parts.append((part, fields))
    return list(found.values())


def _field(parameter: Parameter, value: str) -> Field:
    return Field(parameter, value, part_of(value))


def supposed(agreement: Agreement, changes: Mapping[str, str]) -> Agreement:
    """Return an agreement with changes. Raises Mistakes."""
    return changed(agreement, {name: value_of(value) for name, value in changes.items()})


def wrong_where(agreement: Agreement, changes: Mapping[str, str], mistakes: Mistakes) -> list[Wrong]:
    """Return at which fields mistakes are: those that are one by themselves."""
    found = []
    for name, value in changes.items():
        try:
            supposed(agreement, {name: value})
        except Mistakes as own:
            found.append(_wrong(name, own.diagnostics[0]))
    return found or [_wrong("", each) for each in mistakes.diagnostics]


def _wrong(name: str, diagnostic: Diagnostic) -> Wrong:
    return Wrong(name, diagnostic.says, diagnostic.fix)
