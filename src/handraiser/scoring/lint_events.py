"""Do the events of the data bear the names, properties and values that event rules ask for?

One pass over the events answers all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

from handraiser.agreement.expression import Expression, Name, words
from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.trouble import nearest
from handraiser.agreement.unquoted import value_names
from handraiser.errors import Place, many
from handraiser.facts.inputs import Column, Inputs, Kind
from handraiser.scoring.cited import moment
from handraiser.scoring.expressions import problems, truth
from handraiser.scoring.lint_notes import (
    LintCode,
    Warnings,
    Written,
    spot,
    texts_compared,
    value_meant,
    values_read,
)
from handraiser.scoring.match import event_rules

__all__ = ["event_warnings"]

_VALUES = 1_000  # values of a property among which the one that was meant is looked for


class _Asked(NamedTuple):
    """A column of the one pass: its SQL, and which answer it is."""

    sql: str
    rule: int
    what: str


class _Property(NamedTuple):
    """A property that a rule reads, where it says so, and the text that may be meant instead."""

    name: str
    at: Place
    text: str = ""


def event_warnings(agreement: Agreement, inputs: Inputs, warnings: Warnings, written: Written) -> None:
    """Write down what is odd about the event rules."""
    counts = dict(
        inputs.con.sql(
            f"SELECT event, count(*) FROM {inputs.events.relation} WHERE usable GROUP BY event"
        ).fetchall()
    )
    rules = event_rules(agreement)
    looks = [_Look(agreement, inputs, rule, warnings, written) for rule in rules]
    answers = _answers(inputs, [look.questions() for look in looks])
    for look, answer in zip(looks, answers, strict=True):
        look.names(counts)
        if any(name in counts for name in look.rule.event):
            look.tell(answer)


def _answers(inputs: Inputs, asked: list[dict[str, str]]) -> list[dict[str, object]]:
    """Return what each rule asked, all of it from one pass."""
    flat = [_Asked(sql, rule, what) for rule, each in enumerate(asked) for what, sql in each.items()]
    found: list[dict[str, object]] = [{} for _ in asked]
    if flat:
        columns = ", ".join(f"{one.sql} AS c{number}" for number, one in enumerate(flat))
        row = inputs.con.sql(f"SELECT {columns} FROM {inputs.events.relation} WHERE usable").fetchall()[0]
        for one, value in zip(flat, row, strict=True):
            found[one.rule][one.what] = value
    return found


class _Look:
    """One event rule beside the events."""

    def __init__(
        self, agreement: Agreement, inputs: Inputs, rule: EventRule, warnings: Warnings, written: Written
    ) -> None:
        self.agreement, self.inputs, self.rule = agreement, inputs, rule
        self.warnings, self.written = warnings, written
        names = [exp.Literal.string(name) for name in rule.event]
        self.mine = exp.In(this=exp.column("event"), expressions=names).sql("duckdb")
        self.expressions = [
            (sql, kind)
            for sql, kind in ((rule.where, Kind.BOOLEAN), (rule.points, Kind.NUMBER))
            if isinstance(sql, Sql)
        ]

    def column(self, scope: str, name: str) -> Column | None:
        return self.inputs.events.columns.get(name)

    # ---- what is asked of the events

    def questions(self) -> dict[str, str]:
        """Return SQL of aggregates: how many events, how many with each property, held, failed."""
        asked = {"events": self._count("TRUE")}
        for one in self._properties():
            column = self.column("", one.name)
            if column is not None:
                asked[f"has {one.name}"] = self._count(f"{column.sql} IS NOT NULL")
        if self.rule.where is not None:
            holds = truth(self.rule.where.text, self.column, self.agreement.lists)
            asked["held"] = self._count(holds.sql("duckdb"))
        for number, (sql, kind) in enumerate(self.expressions):
            failed = problems(sql.text, self.column, self.agreement.lists, needed=kind)
            if failed != exp.false():
                fails = failed.sql("duckdb")
                asked[f"failed {number}"] = self._count(fails)
                example = self._example(parse(sql.text))
                asked[f"example {number}"] = f"min({example}) FILTER (WHERE {self.mine} AND ({fails}))"
        return asked

    def _count(self, condition: str) -> str:
        """Return SQL that counts the rule's events of which a condition holds."""
        return f"count(*) FILTER (WHERE {self.mine} AND ({condition}))"

    def _example(self, expression: Expression) -> str:
        """Return SQL of an event as texts: its lead, its instant, and the values that were read."""
        columns = self.inputs.events.columns
        values = [f"CAST({columns[name].sql} AS VARCHAR)" for name in self._read(expression)]
        return f"[{', '.join(['lead_id', 'CAST(occurred_at AS VARCHAR)', *values])}]"

    def _read(self, expression: Expression) -> list[str]:
        named = {part.name for part in words(expression) if isinstance(part, Name)}
        return sorted(named & self.inputs.events.columns.keys())

    def _properties(self) -> list[_Property]:
        found = [one for sql, _ in self.expressions for one in _read_by(sql)]
        distinct = self.rule.distinct
        # `session_id` is derived where the data have none.
        if distinct is not None and distinct.lower() != "session_id":
            found.append(_Property(distinct.lower(), self.written.distinct(self.rule.name, self.rule.at)))
        return list({one.name: one for one in reversed(found)}.values())

    # ---- what is told

    def names(self, counts: dict[str, int]) -> None:
        """Warn of events that never happen."""
        for name in self.rule.event:
            if name in counts:
                continue
            near = nearest(name, counts)
            some = ", ".join(f"`{each}`" for each in sorted(counts, key=lambda each: -counts[each])[:5])
            fix = f"The most frequent are {some}." if some else "The data have no events that can be used."
            if near:
                fix = f"Did you mean `{near}` ({many(counts[near], 'event')})?"
            at = self.written.event(self.rule.name, name, self.rule.at)
            self.warnings.add(LintCode.NO_EVENT, at, f"No event of the data is called `{name}`.", fix)

    def tell(self, answer: dict[str, object]) -> None:
        """Warn of properties that none of the rule's events has, of failures, and of what never holds."""
        events = _whole(answer["events"])
        complete = [self._has(one, answer, events) for one in self._properties()]
        for number, (sql, _) in enumerate(self.expressions):
            failed = _whole(answer.get(f"failed {number}", 0))
            if failed:
                self._fails(sql, failed, events, answer[f"example {number}"])
        where = self.rule.where
        if where is not None and all(complete) and not _whole(answer["held"]):
            self._never_holds(where, events)

    def _has(self, one: _Property, answer: dict[str, object], events: int) -> bool:
        if _whole(answer.get(f"has {one.name}", 0)):
            return True
        called = " or ".join(f"`{name}`" for name in self.rule.event)
        columns = self.inputs.events.columns
        if one.name in columns:
            says = f"Of {many(events, 'event')} {called}, none has the property `{one.name}`; others may."
            fix = "Ask for a property that these events have."
        else:
            says = f"No event has a property `{one.text or one.name}`, so it is always null."
            near = nearest(one.name, columns)
            some = ", ".join(f"`{each.name}`" for each in list(columns.values())[:8])
            fix = f"The properties are {some}." if some else "The events have no properties."
            if one.text:
                fix = f"If the text is meant, write '{one.text}' in single quotes."
            elif near:
                fix = f"Did you mean `{columns[near].name}`?"
        self.warnings.add(LintCode.NO_PROPERTY, one.at, says, fix)
        return False

    def _fails(self, sql: Sql, failed: int, events: int, example: object) -> None:
        lead, occurred, *values = example if isinstance(example, list) else ["", "0"]
        columns = self.inputs.events.columns
        given = zip(self._read(parse(sql.text)), values, strict=True)
        where = values_read((name, value, columns[name].kind) for name, value in given)
        at = moment(int(occurred)).isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
        self.warnings.add(
            LintCode.FAILS,
            sql.at,
            f"A part of this fails on {failed:,} of {many(events, 'event')}, and is null there: "
            f"for example lead {lead} at {at}{where}.",
            "Mend the data, or ask only where it can be asked: case when … then … end.",
        )

    def _never_holds(self, where: Sql, events: int) -> None:
        called = " or ".join(f"`{name}`" for name in self.rule.event)
        at, fix = where.at, "Look at the values that these events have."
        for name, literal in texts_compared(parse(where.text)):
            meant = value_meant(literal, self._values(name.name))
            if meant is not None:
                at, fix = spot(where, literal.span), f"Did you mean '{meant}'?"
                break
        says = f"This holds for none of {many(events, 'event')} {called}."
        self.warnings.add(LintCode.NEVER_HOLDS, at, says, fix)

    def _values(self, name: str) -> list[str]:
        column = self.column("", name)
        if column is None:
            return []
        found = self.inputs.con.sql(
            f"SELECT CAST({column.sql} AS VARCHAR) AS value FROM {self.inputs.events.relation} "
            f"WHERE usable AND {self.mine} AND {column.sql} IS NOT NULL "
            f"GROUP BY value ORDER BY count(*) DESC, value LIMIT {_VALUES}"
        ).fetchall()
        return [value for (value,) in found]


def _read_by(sql: Sql) -> Iterator[_Property]:
    expression = parse(sql.text)
    values = value_names(expression)
    for part in words(expression):
        if isinstance(part, Name):
            text = sql.text[slice(*part.span)] if part in values else ""
            yield _Property(part.name, spot(sql, part.span), text)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
