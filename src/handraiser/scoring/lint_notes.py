"""What may look wrong between an agreement and its data, and where in the agreement does it stand?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from handraiser.agreement.expression import Call, Comparison, Expression, In, Literal, Name, Span, words
from handraiser.agreement.model import Agreement, Sql
from handraiser.agreement.nodes import Listing, Node, Scalar, under
from handraiser.agreement.parser import parse
from handraiser.agreement.tree import root_of
from handraiser.agreement.trouble import nearest
from handraiser.errors import Diagnostic, Level, Place
from handraiser.facts.inputs import Kind
from handraiser.scoring.cited import moment

__all__ = [
    "MEND",
    "LintCode",
    "Warnings",
    "Written",
    "frequent",
    "instant",
    "lacking",
    "misspelled",
    "shown",
    "spot",
    "texts_asked",
    "values_read",
]


MEND = "Mend the data, or ask only where it can be asked: case when … then … end."


_SHOWN = 5  # values that are named
_LONG = 40  # characters of one
_FEW = 60  # values of an attribute up to which each that is asked for may be expected in the data
_ALIKE = 0.8
_MANY = 1_000  # so many are not all known


class LintCode(StrEnum):
    """The codes of what may look wrong; `docs/agreement-codes.md` explains each."""

    NO_ATTRIBUTE = "HR401"
    NO_PROPERTY = "HR402"
    NO_EVENT = "HR403"
    FAILS = "HR404"
    NEVER_HOLDS = "HR405"
    UNKNOWN_REASON = "HR406"
    UNREACHED = "HR407"
    FIT_ALONE = "HR408"
    NEVER_FIRES = "HR409"
    ALWAYS_HOLDS = "HR410"
    TOGETHER = "HR411"
    OPENS_DECIDE = "HR412"
    NO_HISTORY = "HR413"
    LEAK = "HR414"
    REPEATS = "HR415"
    ONLY_ONCE = "HR416"
    PROTECTED = "HR417"
    CUSTOMERS_OUT = "HR418"


class Warnings:
    """What has been noticed so far."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, code: LintCode, at: Place, says: str, fix: str) -> None:
        """Write a warning down."""
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix, level=Level.WARNING))

    def in_order(self) -> list[Diagnostic]:
        """Return the warnings in the order of the agreement, each once."""
        return sorted(dict.fromkeys(self.diagnostics), key=lambda each: (each.at, each.code))


class Written:
    """The agreement as it is written: the places of what the model keeps without one."""

    def __init__(self, agreement: Agreement) -> None:
        self.start = Place(agreement.qualify.mql.at.file)
        self.root = root_of(agreement.source, self.start.file)

    def event(self, rule: str, name: str, default: Place) -> Place:
        """Return where a rule names an event."""
        node = self._of_rule(rule, "event")
        options: Iterable[Node] = node.items if isinstance(node, Listing) else (node,) if node else ()
        return next((one.at for one in options if isinstance(one, Scalar) and one.text == name), default)

    def distinct(self, rule: str, default: Place) -> Place:
        """Return where a rule names the property of its `distinct`."""
        node = self._of_rule(rule, "distinct")
        return node.at if node is not None else default

    def reasons(self) -> Place:
        """Return where the reasons to send a lead back stand, or where they would."""
        recycle = under(self.root, "recycle") if self.root is not None else None
        found = under(recycle, "reasons") if recycle is not None else None
        return next((node.at for node in (found, recycle) if node is not None), self.start)

    def _of_rule(self, rule: str, key: str) -> Node | None:
        engagement = under(self.root, "engagement") if self.root is not None else None
        listed = under(engagement, "rules") if engagement is not None else None
        for item in listed.items if isinstance(listed, Listing) else ():
            name = under(item, "rule")
            if isinstance(name, Scalar) and name.text == rule:
                return under(item, key)
        return None


def spot(sql: Sql, span: Span) -> Place:
    """Return where a part of an expression stands; where the whole does if it goes over several lines."""
    if "\n" in sql.text or "\r" in sql.text:
        return sql.at
    return Place(sql.at.file, sql.at.line, sql.at.column + span[0])


def _compared(expression: Expression, lists: Mapping[str, Sequence[str]]) -> Iterator[tuple[Name, Literal]]:
    """Return the texts that names are compared with, by `=`, `in` or `listed`."""
    for part in words(expression):
        match part:
            case Comparison("=", Name() as name, Literal(str()) as text):
                yield name, text
            case Comparison("=", Literal(str()) as text, Name() as name):
                yield name, text
            case In(Name() as name, options):
                yield from ((name, each) for each in options if isinstance(each, Literal))
            case Call("listed", (Name() as name, Literal(str(listed)) as text)):
                yield from ((name, Literal(each, span=text.span)) for each in lists[listed])


def misspelled(
    condition: Sql, lists: Mapping[str, Sequence[str]], values_of: Callable[[Name], Iterable[str]]
) -> tuple[Place, str] | None:
    """Return where a condition asks for a value that looks like one of the data, and the question whether
    that was meant; None where none does. Of several the likest, and of a list the value is named."""
    found = [
        (_likeness(literal, meant), literal, meant)
        for name, literal in _compared(parse(condition.text), lists)
        if (meant := _meant(literal, values_of(name))) is not None
    ]
    if not found:
        return None
    _, literal, meant = max(found, key=lambda each: each[0])
    said = str(literal.value)
    by = "" if said in condition.text else f" by '{said}'"
    return spot(condition, literal.span), f"Did you mean '{meant}'{by}?"


def frequent(
    condition: Sql, values_of: Callable[[Name], Sequence[str]], who: str, *, of: Name | None = None
) -> str:
    """Return which values are the most frequent of what a condition reads, as a fix; `who` has them."""
    names = (
        [of]
        if of
        else list({one.name: one for one in words(parse(condition.text)) if isinstance(one, Name)}.values())
    )
    told = [
        f"{condition.text[slice(*name.span)]}: {', '.join(f'`{_cut(value)}`' for value in values[:_SHOWN])}"
        for name in names
        if (values := values_of(name))
    ]
    if not told:
        return f"Look at the values that {who} have."
    return f"The most frequent values that {who} have are, of {'; of '.join(told)}."


def _cut(value: str) -> str:
    return value if len(value) <= _LONG else f"{value[:_LONG]} …"


def texts_asked(condition: Sql, lists: Mapping[str, Sequence[str]]) -> list[tuple[Name, Literal]]:
    """Return the texts that a condition compares names with, by `=`, `in` or `listed`."""
    return [each for each in _compared(parse(condition.text), lists) if isinstance(each[1].value, str)]


def lacking(
    condition: Sql,
    lists: Mapping[str, Sequence[str]],
    values_of: Callable[[Name], Sequence[str]],
    who: str,
    *,
    only_misspelled: bool = False,
) -> Iterator[tuple[Place, str, str]]:
    """Yield values that a condition asks for and no row has: where, what is so, and what to write.

    Of a list, an attribute of many values and what is to be kept out, misses are normal: there only one that
    looks much like a value of the data is told, if the condition does not ask for that too.
    """
    compared = texts_asked(condition, lists)
    for name, literal in compared:
        values = values_of(name)
        asked = {str(other.value) for of, other in compared if of.name == name.name}
        said = str(literal.value)
        if not values or said in values or len(values) >= _MANY:
            continue
        meant = _meant(literal, (value for value in values if value not in asked))
        open_ended = only_misspelled or said not in condition.text or len(values) > _FEW
        # Names of domains are much alike, and each of them somebody's own.
        alike = meant is not None and not set("@./") & set(said) and _likeness(literal, meant) >= _ALIKE
        if open_ended and not alike:
            continue
        shown = condition.text[slice(*name.span)]
        fix = (
            f"Did you mean '{meant}' by '{said}'?" if meant else frequent(condition, values_of, who, of=name)
        )
        yield spot(condition, literal.span), f"'{said}' is no value of {shown} in the data.", fix


def _meant(literal: Literal, values: Iterable[str]) -> str | None:
    """Return the value of the data that a text was probably meant to be; None where it is one."""
    known = {value.casefold(): value for value in values}
    said = str(literal.value)
    if said in known.values():
        return None
    found = nearest(said.casefold(), known)
    return None if found is None else known[found]


def _likeness(literal: Literal, meant: str) -> float:
    return SequenceMatcher(None, str(literal.value).casefold(), meant.casefold()).ratio()


def values_read(read: Iterable[tuple[str, str | None, Kind]]) -> str:
    """Return the values that an expression read on a row, as the end of a sentence; empty for none."""
    told = [f"{name} is {_value(value, kind)}" for name, value, kind in read]
    return f", where {' and '.join(told)}" if told else ""


def _value(value: str | None, kind: Kind) -> str:
    if value is None:
        return "null"
    return f"'{value}'" if kind is Kind.TEXT else value.removesuffix(".0")


def shown(number: float) -> str:
    """Return a number of points as people write it: `1,234.5`."""
    text = f"{number:,.6f}"
    return text.rstrip("0").rstrip(".")


def instant(at: int) -> str:
    """Return an instant (microseconds) as text: `2026-03-01 10:00:00 UTC`."""
    return moment(at).isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
