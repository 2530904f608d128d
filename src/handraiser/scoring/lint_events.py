"""Do the events of the data bear the names, properties and values that event rules ask for?

One pass over the events answers all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlglot import exp

from handraiser.agreement.expression import Expression, Literal, Name, words
from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.trouble import nearest
from handraiser.agreement.unquoted import value_names
from handraiser.errors import Place, many
from handraiser.facts.inputs import Column, Inputs, Kind
from handraiser.scoring.expressions import points, problems, truth
from handraiser.scoring.lint_notes import (
    MEND,
    LintCode,
    Warnings,
    Written,
    frequent,
    instant,
    lacking,
    misspelled,
    spot,
    texts_asked,
    values_read,
)
from handraiser.scoring.lint_numbers import instead_of
from handraiser.scoring.match import event_rules

__all__ = ["event_warnings"]

_TEXTS = 30  # texts of a `where` that are looked for one by one
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


def event_warnings(
    agreement: Agreement,
    inputs: Inputs,
    warnings: Warnings,
    written: Written,
    *,
    met: Collection[int],
) -> None:
    """Write down what is odd about the event rules; `met` are the numbers of those that have hits."""
    rules = event_rules(agreement)
    looks = [
        _Look(agreement, inputs, rule, warnings, written, met=place in met)
        for place, rule in enumerate(rules)
    ]
    counts, answers = _answers(inputs, [look.questions() for look in looks])
    for look, answer in zip(looks, answers, strict=True):
        look.names(counts)
        if any(name in counts for name in look.rule.event):
            look.tell(answer)


def _answers(inputs: Inputs, asked: list[dict[str, str]]) -> tuple[dict[str, int], list[dict[str, object]]]:
    """Return how many events there are of each name, and what each rule asked: all from one pass."""
    flat = [_Asked(sql, rule, what) for rule, each in enumerate(asked) for what, sql in each.items()]
    columns = "".join(f", {one.sql} AS c{place}" for place, one in enumerate(flat))
    rows = inputs.con.sql(
        f"SELECT event, count(*){columns} FROM {inputs.events.relation} WHERE usable GROUP BY event"
    ).fetchall()
    found: list[dict[str, object]] = [{} for _ in asked]
    for _, _, *values in rows:
        for one, value in zip(flat, values, strict=True):
            found[one.rule][one.what] = _together(found[one.rule].get(one.what), value)
    return {event: count for event, count, *_ in rows}, found


def _together(one: object, other: object) -> object:
    """Return the answer for events of two names: counts add up, of two examples the first stays."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    if isinstance(one, list) and isinstance(other, list):
        return min(one, other, key=lambda example: example[:2])
    return other if one is None else one


class _Look:
    """One event rule beside the events."""

    def __init__(
        self,
        agreement: Agreement,
        inputs: Inputs,
        rule: EventRule,
        warnings: Warnings,
        written: Written,
        *,
        met: bool,
    ) -> None:
        self.agreement, self.inputs, self.rule, self.met = agreement, inputs, rule, met
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
        asked: dict[str, str] = {}
        for one in self._properties():
            column = self.column("", one.name)
            if column is not None:
                asked[f"has {one.name}"] = self._count(f"{column.sql} IS NOT NULL")
        if not self.met:
            asked["held"] = self._count(self._where())
        if not self.met and "verdict" in self.inputs.events.has:
            asked["by machines"] = self._count(f"{self._where()} AND verdict = 'machine'")
        if not self.met and isinstance(self.rule.points, Sql):
            weight = points(self.rule.points.text, self.column, self.agreement.lists).sql("duckdb")
            asked["weighed"] = self._count(f"{self._where()} AND ({weight}) IS NOT NULL")
        for place, (name, literal) in enumerate(self._texts()):
            column = self.column("", name.name)
            if column is not None:
                text = exp.Literal.string(str(literal.value)).sql("duckdb")
                asked[f"text {place}"] = self._count(f"CAST({column.sql} AS VARCHAR) = {text}")
        for place, (sql, kind) in enumerate(self.expressions):
            failed = problems(sql.text, self.column, self.agreement.lists, needed=kind)
            if failed != exp.false():
                fails = failed.sql("duckdb")
                asked[f"failed {place}"] = self._count(fails)
                example = self._example(parse(sql.text))
                asked[f"example {place}"] = f"min({example}) FILTER (WHERE {self.mine} AND ({fails}))"
        return asked

    def _texts(self) -> list[tuple[Name, Literal]]:
        """Return the texts that `where` compares properties with, if they are few."""
        where = self.rule.where
        found = [] if where is None or not self.met else texts_asked(where, self.agreement.lists)
        return found if len(found) <= _TEXTS else []

    def _where(self) -> str:
        """Return SQL of the rule's `where`."""
        where = self.rule.where
        if where is None:
            return "TRUE"
        return f"({truth(where.text, self.column, self.agreement.lists).sql('duckdb')})"

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
        """Warn of properties that none of the rule's events has, of failures, of what is never a hit."""
        complete = [self._has(one, answer) for one in self._properties()]
        for place, (sql, _) in enumerate(self.expressions):
            failed = _whole(answer.get(f"failed {place}", 0))
            if failed:
                self._fails(sql, place, answer[f"example {place}"])
        where = self.rule.where
        if where is not None and any(answer.get(f"text {n}") == 0 for n in range(_TEXTS)):
            lists, who = self.agreement.lists, "these events"
            for at, says, fix in lacking(where, lists, lambda name: self._values(name.name), who):
                self.warnings.add(LintCode.NEVER_HOLDS, at, says, fix)
        if self.met or not all(complete):
            return
        held = _whole(answer["held"])
        if where is not None and not held:
            self._never_holds(where)
        else:
            self._never_counts(held, answer)

    def _of_leads(self, condition: str = "TRUE") -> int:
        """Return how many of the rule's events a condition holds for, without those of strangers.

        Asked only where there is something to say: to look up the lead of every event would cost too much.
        """
        found = self.inputs.con.sql(
            f"SELECT count(*) FROM {self.inputs.events.relation} WHERE usable AND {self.mine} "
            f"AND ({condition}) AND lead_id IN (SELECT lead_id FROM {self.inputs.leads.relation})"
        ).fetchall()
        return int(found[0][0])

    def _has(self, one: _Property, answer: dict[str, object]) -> bool:
        if _whole(answer.get(f"has {one.name}", 0)):
            return True
        called = " or ".join(f"`{name}`" for name in self.rule.event)
        columns = self.inputs.events.columns
        if one.name in columns:
            events = many(self._of_leads(), "event")
            says = f"Of {events} {called}, none has the property `{one.name}`; others may."
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

    def _fails(self, sql: Sql, place: int, example: object) -> None:
        kind = self.expressions[place][1]
        fails = problems(sql.text, self.column, self.agreement.lists, needed=kind).sql("duckdb")
        failed = self._of_leads(fails)
        if not failed:
            return
        lead, occurred, *values = example if isinstance(example, list) else ["", "0"]
        columns = self.inputs.events.columns
        given = zip(self._read(parse(sql.text)), values, strict=True)
        where = values_read((name, value, columns[name].kind) for name, value in given)
        read = [name for name in self._read(parse(sql.text)) if columns[name].kind is Kind.TEXT]
        told = (each for name in read for each in self._values(name))
        at = instant(int(occurred))
        self.warnings.add(
            LintCode.FAILS,
            sql.at,
            f"A part of this fails on {failed:,} of {many(self._of_leads(), 'event')}, and is null there: "
            f"for example lead {lead} at {at}{where}.",
            instead_of(told, MEND),
        )

    def _never_holds(self, where: Sql) -> None:
        called = " or ".join(f"`{name}`" for name in self.rule.event)
        meant = misspelled(where, self.agreement.lists, lambda name: self._values(name.name))
        at, fix = meant or (where.at, frequent(where, lambda name: self._values(name.name), "these events"))
        says = f"This holds for none of {many(self._of_leads(), 'event')} {called}."
        self.warnings.add(LintCode.NEVER_HOLDS, at, says, fix)

    def _never_counts(self, held: int, answer: dict[str, object]) -> None:
        """Warn of a rule whose events are there, and none of them a hit."""
        called = " or ".join(f"`{name}`" for name in self.rule.event)
        asked = " that it asks for" if self.rule.where is not None else ""
        events = f"the only event {called}{asked}" if held == 1 else f"all {held:,} events {called}{asked}"
        were = "was" if held == 1 else "were"
        if _whole(answer.get("by machines", 0)) == held and not self.rule.count_machines:
            why = f"{events} {were} made by machines, which make no hits"
            fix = "Ask for what people do, or write `machines: count`."
        elif not _whole(answer.get("weighed", held)):
            why = f"its points are null for {events}"
            fix = "Look at the values that these events have."
        else:
            why = f"{events} {were} of people who are not in the leads"
            fix = "Look whether events and leads have the same lead_id."
        lead, at = self.inputs.con.sql(
            f"SELECT lead_id, occurred_at FROM {self.inputs.events.relation} "
            f"WHERE usable AND {self.mine} AND {self._where()} ORDER BY occurred_at, lead_id LIMIT 1"
        ).fetchall()[0]
        says = f"`{self.rule.name}` never has a hit: {why}, for example lead {lead} at {instant(at)}."
        self.warnings.add(LintCode.NEVER_FIRES, self.rule.at, says, fix)

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
