"""What do some leads answer to the conditions of an agreement at an instant, part by part?

It is asked as scoring asks (`scoring.questions`): of attributes once per state, of events in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from sqlglot import exp

from handraiser.agreement import conditions
from handraiser.agreement.model import Agreement, EventRule, FitRule, Sql
from handraiser.facts.inputs import Column, Inputs
from handraiser.learning.leaves import leaves
from handraiser.scoring.attributes import ask, values_at
from handraiser.scoring.expressions import number, truth
from handraiser.scoring.match import event_rules, matched
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.questions import Question, asking, attribute_columns
from handraiser.scoring.registers import FALSE, NULL, TRUE
from handraiser.scoring.score import Prepared, Standing, prepare, stand
from handraiser.scoring.survey import Ground
from handraiser.scoring.timeline import States

__all__ = ["Answers", "Done", "answers_of"]

Flags = npt.NDArray[np.bool_]
Truths = npt.NDArray[np.uint8]
Name = tuple[str, str]


class Done(NamedTuple):
    """Who did what an event rule is about, and what its `where` and the parts of it say of them."""

    did: Flags
    truths: dict[str, Truths]


class Answers(NamedTuple):
    """What leads answer at an instant (microseconds).

    truths, numbers  by text what conditions are, and whether numbers are known; per lead
    attributes       by scope and name whether an attribute that is asked for is known; per lead
    done             by the name of each event rule that has a `where`
    """

    at: int
    prepared: Prepared
    standing: Standing
    truths: Mapping[str, Truths]
    numbers: Mapping[str, Flags]
    attributes: Mapping[Name, Flags]
    done: Mapping[str, Done]

    def truth(self, text: str) -> Truths:
        """Return what a condition on attributes is."""
        return self.truths[text]

    def number_known(self, text: str) -> Flags:
        """Return whether a number made of attributes is known."""
        return self.numbers[text]


def answers_of(agreement: Agreement, ground: Ground, *, at: int) -> Answers:
    """Return what the leads of a ground answer at an instant."""
    found = matched(agreement, ground)
    if found is None:
        raise AssertionError("the ground of an agreement has all that it asks for")
    prepared = prepare(agreement, found)
    standing = stand(prepared, at, points=False, threads=1)
    states = _only(ground.states, standing.state)
    truths, numbers = _asked(agreement)
    return Answers(
        at=at,
        prepared=prepared,
        standing=standing,
        truths=_truths(agreement, ground.inputs, states, truths),
        numbers=_numbers(agreement, ground.inputs, states, numbers),
        attributes=_attributes(ground.inputs, states, [*truths, *numbers]),
        done=_done(agreement, ground),
    )


def _asked(agreement: Agreement) -> tuple[list[str], list[str]]:
    """Return the conditions on attributes, with the parts that they are made of, and the numbers."""
    rules = [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]
    whole = [band.when.text for rule in rules for band in rule.bands]
    trees = [tree for tree in qualify_trees(agreement) if tree is not None]
    parts = [part for tree in trees for part in tree.attributes]
    whole += [part.text for part in parts if part.kind == "truth"]
    truths = [each for text in whole for each in (text, *(leaf.text for leaf in leaves(text)))]
    points = [band.points.text for rule in rules for band in rule.bands if isinstance(band.points, Sql)]
    numbers = [*points, *(part.text for part in parts if part.kind == "number")]
    return list(dict.fromkeys(truths)), list(dict.fromkeys(numbers))


def _only(states: States, which: npt.NDArray[np.int64]) -> States:
    """Return of each lead the one state in which it is."""
    columns: list[npt.NDArray[Any]] = [column[which] for column in states[1:]]
    return States(np.arange(len(which) + 1), *columns)


def _truths(agreement: Agreement, inputs: Inputs, states: States, texts: list[str]) -> dict[str, Truths]:
    columns = attribute_columns(inputs)
    questions = [Question(truth(text, columns, agreement.lists), truth=True) for text in texts]
    _, may = ask(inputs, states, asking(inputs, questions, _names(texts)))
    return {text: may[:, place] for place, text in enumerate(texts)}


def _numbers(agreement: Agreement, inputs: Inputs, states: States, texts: list[str]) -> dict[str, Flags]:
    columns = attribute_columns(inputs)
    questions = [Question(number(text, columns, agreement.lists), truth=False) for text in texts]
    _, may = ask(inputs, states, asking(inputs, questions, _names(texts)))
    return {text: may[:, place] != NULL for place, text in enumerate(texts)}


def _names(texts: Iterable[str]) -> list[Name]:
    return sorted({name for text in texts for name in conditions.names(text)})


def _attributes(inputs: Inputs, states: States, texts: Iterable[str]) -> dict[Name, Flags]:
    names = _names(texts)
    if not names:
        return {}
    values = values_at(inputs, states, np.arange(len(states.start)), names)
    return {
        name: np.asarray(
            pc.is_valid(values.column(".".join(name))).to_numpy(zero_copy_only=False), dtype=bool
        )
        for name in names
    }


def _done(agreement: Agreement, ground: Ground) -> dict[str, Done]:
    rules = [rule for rule in event_rules(agreement) if rule.where is not None]
    if not rules:
        return {}
    asked = {rule.name: _texts(rule) for rule in rules}
    columns = [sql for rule in rules for sql in _aggregates(agreement, ground.inputs, rule, asked[rule.name])]
    named = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(columns))
    inputs = ground.inputs
    rows = inputs.con.sql(
        f"SELECT lead_id, {named} FROM {inputs.events.relation} WHERE usable GROUP BY lead_id"
    ).to_arrow_table()
    place = pc.index_in(rows.column("lead_id"), value_set=ground.leads.ids)
    there = pc.is_valid(place).to_numpy(zero_copy_only=False)
    leads = pc.drop_null(place).to_numpy().astype(np.int64)
    flags = np.zeros((len(ground.leads.ids), len(columns)), dtype=bool)
    for k in range(len(columns)):
        column = rows.column(f"c{k}").combine_chunks().fill_null(False)
        flags[leads, k] = column.to_numpy(zero_copy_only=False)[there]
    return _told(asked, flags)


def _told(asked: Mapping[str, list[str]], flags: npt.NDArray[np.bool_]) -> dict[str, Done]:
    found, k = {}, 0
    for rule, texts in asked.items():
        did, k = flags[:, k], k + 1
        truths = {}
        for text in texts:
            true, unknown = flags[:, k], flags[:, k + 1]
            truths[text] = np.where(true, TRUE, np.where(unknown, NULL, FALSE)).astype(np.uint8)
            k += 2
        found[rule] = Done(did, truths)
    return found


def _texts(rule: EventRule) -> list[str]:
    """Return the `where` of a rule, and the parts of it, if there are several."""
    whole = rule.where.text if rule.where is not None else ""
    parts = [leaf.text for leaf in leaves(whole)]
    return [whole, *(parts if len(parts) > 1 else [])]


def _aggregates(agreement: Agreement, inputs: Inputs, rule: EventRule, texts: list[str]) -> list[str]:
    """Return SQL of whether a lead did it, and for each text whether it is ever true, and ever unknown."""

    def column(scope: str, name: str) -> Column | None:
        return inputs.events.columns.get(name)

    names = [exp.Literal.string(name) for name in rule.event]
    did = exp.In(this=exp.column("event"), expressions=names).sql("duckdb")
    if not rule.count_machines and "verdict" in inputs.events.has:
        did = f"({did} AND verdict IS DISTINCT FROM 'machine')"
    found = [f"bool_or({did})"]
    for text in texts:
        asked = truth(text, column, agreement.lists).sql("duckdb")
        found += [f"bool_or({did} AND coalesce({asked}, FALSE))", f"bool_or({did} AND ({asked}) IS NULL)"]
    return found
