"""What is asked of the attributes of leads and companies, as SQL?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp

from handraiser.agreement import conditions
from handraiser.agreement.model import Agreement, FitRule, Sql
from handraiser.agreement.program import AttributePart
from handraiser.facts.inputs import Column, Inputs, Kind
from handraiser.scoring.expressions import number, truth
from handraiser.scoring.expressions import points as points_of
from handraiser.scoring.programs import qualify_trees

__all__ = ["Asking", "Question", "Questions", "asking", "attribute_columns", "questions_of", "selected"]

Columns = Callable[[str, str], Column | None]


class Question(NamedTuple):
    """An expression over attributes, and whether its truth or its number is wanted."""

    sql: exp.Expr
    truth: bool


class Asking(NamedTuple):
    """Questions as one query over the table `states`, and which of them ask for a truth."""

    sql: str
    truths: tuple[bool, ...]


class Questions(NamedTuple):
    """What an agreement asks: for each question its place in `asking`.

    bands, points  of each fit rule, by its bands; −1 where points are a number
    parts          of `qualify`; `part_of` says which one an expression (0 mql, 1 hand_raise, 2 never) reads
    """

    asking: Asking
    bands: tuple[tuple[int, ...], ...]
    points: tuple[tuple[int, ...], ...]
    parts: tuple[int, ...]
    part_of: dict[tuple[object, ...], int]


def questions_of(agreement: Agreement, inputs: Inputs) -> Questions:
    """Return what an agreement asks of the attributes that inputs have."""
    columns = attribute_columns(inputs)
    questions: list[Question] = []
    used: set[tuple[str, str]] = set()

    def add(text: str, make: Callable[..., exp.Expr]) -> int:
        used.update(conditions.names(text))
        questions.append(Question(make(text, columns, agreement.lists), make is truth))
        return len(questions) - 1

    rules = [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]
    bands = [tuple(add(band.when.text, truth) for band in rule.bands) for rule in rules]
    points = [
        tuple(add(band.points.text, points_of) if isinstance(band.points, Sql) else -1 for band in rule.bands)
        for rule in rules
    ]
    attribute_parts = _attribute_parts(agreement)
    parts = [add(part.text, truth if part.kind == "truth" else number) for _, _, part in attribute_parts]
    return Questions(
        asking=asking(inputs, questions, sorted(used)),
        bands=tuple(bands),
        points=tuple(points),
        parts=tuple(parts),
        part_of={(place, index): k for k, (place, index, _) in enumerate(attribute_parts)},
    )


def asking(inputs: Inputs, questions: Sequence[Question], used: Sequence[tuple[str, str]]) -> Asking:
    """Return the questions as a query; `used` are the attributes that they name, as (scope, name)."""
    answers = "".join(f", {each.sql.sql('duckdb')} AS q{k}" for k, each in enumerate(questions))
    return Asking(
        sql=(
            f"SELECT states.number{answers} FROM states "
            f"LEFT JOIN ({selected(inputs, 'lead', used)}) AS lead ON lead.row = states.lead_row "
            f"LEFT JOIN ({selected(inputs, 'company', used)}) AS company ON company.row = states.company_row"
        ),
        truths=tuple(each.truth for each in questions),
    )


def attribute_columns(inputs: Inputs) -> Columns:
    """Return how `lead.x` and `company.x` are read in the query of `asking`."""

    def find(scope: str, name: str) -> Column | None:
        known = _attributes(inputs, scope)
        if name in known:
            return Column(known[name].name, f'{scope}."{name}"'.replace('""', '"'), known[name].kind)
        if (scope, name) == ("lead", "unsubscribed"):
            return Column(name, "states.unsubscribed", Kind.BOOLEAN)
        if (scope, name) == ("company", "is_customer"):
            return Column(name, "states.is_customer", Kind.BOOLEAN)
        return None

    return find


def _attributes(inputs: Inputs, scope: str) -> Mapping[str, Column]:
    if scope == "lead":
        ids = {name: Column(name, name, Kind.TEXT) for name in ("lead_id", "company_id")}
        return inputs.leads.columns | ids
    if scope == "company" and inputs.companies is not None:
        return inputs.companies.columns | {"company_id": Column("company_id", "company_id", Kind.TEXT)}
    return {}


def selected(inputs: Inputs, scope: str, used: Sequence[tuple[str, str]]) -> str:
    """Return the query for rows of leads or companies with the attributes used, by their names."""
    source = inputs.leads if scope == "lead" else inputs.companies
    if source is None:
        return "SELECT -1 AS row WHERE false"
    known = _attributes(inputs, scope)
    wanted = sorted({name for of, name in used if of == scope and name in known})
    columns = [exp.alias_(_raw(known[name].sql), name, quoted=True).sql("duckdb") for name in wanted]
    return f"SELECT {', '.join(['row', *columns])} FROM {source.relation}"


def _raw(sql: str) -> exp.Expr:
    """Return our own SQL of a column, which `tables` made, as a tree."""
    return exp.maybe_parse(sql, dialect="duckdb")


def _attribute_parts(agreement: Agreement) -> list[tuple[int, int, AttributePart]]:
    return [
        (place, index, part)
        for place, tree in enumerate(qualify_trees(agreement))
        if tree is not None
        for index, part in enumerate(tree.attributes)
    ]
