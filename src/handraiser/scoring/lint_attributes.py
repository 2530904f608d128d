"""Do leads and companies have the attributes and values that conditions ask for, in a form to be read?

Conditions are asked as scoring asks them: of every lead, in each state that it was ever in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from handraiser.agreement.expression import Name, words
from handraiser.agreement.model import Agreement, FitRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.trouble import nearest
from handraiser.errors import Place, many
from handraiser.facts.inputs import Inputs, Kind, Source
from handraiser.scoring.attributes import ask
from handraiser.scoring.cited import cited_attributes
from handraiser.scoring.expressions import problems
from handraiser.scoring.lint_notes import (
    MEND,
    LintCode,
    Warnings,
    frequent,
    lacking,
    misspelled,
    spot,
    values_read,
)
from handraiser.scoring.lint_numbers import instead_of
from handraiser.scoring.match import Matched
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.questions import Question, asking, attribute_columns

__all__ = ["attribute_warnings"]

_VALUES = 1_000  # values of an attribute among which the one that was meant is looked for
_WHO = "leads and companies"
_MAILBOX = ("email_domain", "email_kind")


class _Part(NamedTuple):
    """An expression over attributes: where it is written, its text, and what it is read as."""

    written: Sql
    text: str
    needed: Kind


def attribute_warnings(agreement: Agreement, inputs: Inputs, warnings: Warnings, matched: Matched) -> None:
    """Write down what is odd about conditions on leads and companies."""
    _Look(agreement, inputs, warnings).tell(matched)


class _Look:
    """The conditions on attributes beside the leads and companies."""

    def __init__(self, agreement: Agreement, inputs: Inputs, warnings: Warnings) -> None:
        self.agreement, self.inputs, self.warnings = agreement, inputs, warnings
        self.column = attribute_columns(inputs)
        self.sources = {"lead": inputs.leads, "company": inputs.companies}
        self.never: set[tuple[str, str]] = set()  # attributes that no row has
        self.filled: set[tuple[str, str]] = set()  # those that some row has
        self.told: set[Place] = set()  # where it was said already that a condition never holds
        self.known: dict[tuple[str, str], Sequence[str]] = {}

    def tell(self, matched: Matched) -> None:
        for sql in self._expressions():
            self._names(sql)
        self._failures(matched)
        self._bands(matched)
        self._qualify(matched)
        self._lacking()

    def _expressions(self) -> list[Sql]:
        """Return every expression in which attributes may stand."""
        qualify = self.agreement.qualify
        bands = [band for rule in self._fit_rules() for band in rule.bands]
        said: list[float | Sql | None] = [one for band in bands for one in (band.when, band.points)]
        said += [qualify.mql, qualify.hand_raise, qualify.never]
        said += [route.when for route in self.agreement.handoff.route]
        return [one for one in said if isinstance(one, Sql)]

    def _fit_rules(self) -> list[FitRule]:
        return [rule for rule in self.agreement.fit.rules if isinstance(rule, FitRule)]

    # ---- names

    def _names(self, sql: Sql) -> None:
        for part in words(parse(sql.text)):
            if not isinstance(part, Name) or part.qualifier not in self.sources:
                continue
            key = (part.qualifier, part.name)
            if key in self.never | self.filled:
                continue
            if self._filled(*key):
                self.filled.add(key)
                continue
            self.never.add(key)
            says, fix = self._absent(*key)
            self.warnings.add(LintCode.NO_ATTRIBUTE, spot(sql, part.span), says, fix)

    def _filled(self, scope: str, name: str) -> bool:
        """Return whether some row has the attribute, or it is derived."""
        column, source = self.column(scope, name), self.sources[scope]
        given = None if source is None else source.columns.get(name)
        if column is None or source is None or given is None:
            return column is not None
        count = self.inputs.con.sql(f"SELECT count({given.sql}) FROM {source.relation}").fetchall()[0][0]
        return bool(count)

    def _absent(self, scope: str, name: str) -> tuple[str, str]:
        source, owner = self.sources[scope], {"lead": "lead", "company": "company"}[scope]
        if source is None:
            return f"There are no companies in the data, so {scope}.{name} is always null.", "Give them."
        if name in source.columns:
            return f"{scope}.{name} is empty in every row.", f"Fill the column `{name}`."
        if scope == "lead" and name in _MAILBOX:
            says = f"lead.{name} comes from lead.email, which no lead has."
            near = nearest("email", source.columns)
            if near:
                return says, f"If `{source.columns[near].name}` is it, name that column `email`."
            return says, "Give the leads a column `email`."
        return f"No {owner} has an attribute `{name}`, so it is always null.", _named(scope, name, source)

    # ---- failures

    def _parts(self) -> list[_Part]:
        parts = [
            _Part(sql, sql.text, kind)
            for rule in self._fit_rules()
            for band in rule.bands
            for sql, kind in ((band.when, Kind.BOOLEAN), (band.points, Kind.NUMBER))
            if isinstance(sql, Sql)
        ]
        qualify = self.agreement.qualify
        expressions = (qualify.mql, qualify.hand_raise, qualify.never)
        for sql, tree in zip(expressions, qualify_trees(self.agreement), strict=True):
            if sql is not None and tree is not None:
                parts += [
                    _Part(sql, each.text, Kind.BOOLEAN if each.kind == "truth" else Kind.NUMBER)
                    for each in tree.attributes
                ]
        routes = [route.when for route in self.agreement.handoff.route]
        return parts + [_Part(sql, sql.text, Kind.BOOLEAN) for sql in routes if sql is not None]

    def _failures(self, matched: Matched) -> None:
        asked = [
            (part, failed)
            for part in self._parts()
            if (failed := problems(part.text, self.column, self.agreement.lists, needed=part.needed))
            != exp.false()
        ]
        used = sorted({name for part, _ in asked for name in _names(part.text)})
        questions = [Question(failed, truth=True) for _, failed in asked]
        _, may = ask(self.inputs, matched.states, asking(self.inputs, questions, used))
        for place, (part, _) in enumerate(asked):
            states = np.flatnonzero(may[:, place] == 2)
            if len(states):
                self._fails(part, matched, states)

    def _fails(self, part: _Part, matched: Matched, states: npt.NDArray[np.intp]) -> None:
        leads = np.unique(np.searchsorted(matched.states.offsets, states, side="right") - 1)
        given = self._attributes(matched, int(states[0]))
        read = [f"{scope}.{name}" for scope, name in sorted(_names(part.text))]
        kinds = {name: column.kind for name in read if (column := self.column(*name.split(".", 1)))}
        where = values_read((name, given.get(name), kinds[name]) for name in read if name in kinds)
        start = max(0, part.written.text.find(part.text))
        texts = [name.split(".", 1) for name, kind in kinds.items() if kind is Kind.TEXT]
        values = (value for scope, name in texts for value in self._values(scope, name))
        self.warnings.add(
            LintCode.FAILS,
            spot(part.written, (start, start)),
            f"A part of this fails for {len(leads):,} of {many(len(matched.leads.ids), 'lead')}, and is null "
            f"there: for example {matched.leads.ids[int(leads[0])]}{where}.",
            instead_of(values, MEND),
        )

    def _attributes(self, matched: Matched, state: int) -> dict[str, str]:
        rows = {"lead": matched.states.lead_row, "company": matched.states.company_row}
        found: dict[str, str] = {}
        for scope, source in self.sources.items():
            if source is not None:
                found |= cited_attributes(self.inputs, source, scope, int(rows[scope][state]))
        return found

    # ---- conditions that never hold

    def _bands(self, matched: Matched) -> None:
        for place, rule in enumerate(self._fit_rules()):
            if (matched.fit.band[:, place] > 0).any():
                continue
            for band in rule.bands:
                if not _names(band.when.text) & self.never:
                    self._never_holds(band.when, len(matched.leads.ids))

    def _qualify(self, matched: Matched) -> None:
        """Warn of attribute conditions of `qualify` that never hold; of `never`, only of those misspelled."""
        qualify = self.agreement.qualify
        expressions = (qualify.mql, qualify.hand_raise, qualify.never)
        for place, (sql, tree) in enumerate(zip(expressions, qualify_trees(self.agreement), strict=True)):
            for index, part in enumerate(() if tree is None else tree.attributes):
                may = matched.parts_may[:, matched.part_of[place, index]]
                if sql is None or part.kind != "truth" or (may == 2).any() or _names(part.text) & self.never:
                    continue
                start = max(0, sql.text.find(part.text))
                when = Sql(part.text, spot(sql, (start, start)))
                self._never_holds(when, len(matched.leads.ids), only_misspelled=sql is qualify.never)

    def _never_holds(self, when: Sql, leads: int, *, only_misspelled: bool = False) -> None:
        lists = self.agreement.lists
        meant = misspelled(when, lists, self._values_of)
        if meant is None and only_misspelled:
            return
        at, fix = meant or (when.at, frequent(when, self._values_of, _WHO))
        self.told.add(at)
        self.warnings.add(
            LintCode.NEVER_HOLDS, at, f"This holds for none of {many(leads, 'lead')}, at no time.", fix
        )

    def _lacking(self) -> None:
        """Warn of single values that no lead or company has, in conditions that hold all the same."""
        for sql in self._expressions():
            if any(at.file == sql.at.file and at.line == sql.at.line for at in self.told):
                continue  # the whole condition holds for nobody, which has been said
            never = sql == self.agreement.qualify.never
            lists = self.agreement.lists
            for at, says, fix in lacking(sql, lists, self._values_of, _WHO, only_misspelled=never):
                self.warnings.add(LintCode.NEVER_HOLDS, at, says, fix)

    def _values_of(self, name: Name) -> Sequence[str]:
        return self._values(name.qualifier, name.name)

    def _values(self, scope: str, name: str) -> Sequence[str]:
        if (scope, name) not in self.known:
            self.known[scope, name] = self._ask_values(scope, name)
        return self.known[scope, name]

    def _ask_values(self, scope: str, name: str) -> Sequence[str]:
        source = self.sources.get(scope)
        column = None if source is None else source.columns.get(name)
        if source is None or column is None:
            return ()
        found = self.inputs.con.sql(
            f"SELECT CAST({column.sql} AS VARCHAR) AS value FROM {source.relation} "
            f"WHERE {column.sql} IS NOT NULL GROUP BY value ORDER BY count(*) DESC, value LIMIT {_VALUES}"
        ).fetchall()
        return [value for (value,) in found]


def _names(text: str) -> set[tuple[str, str]]:
    return {(part.qualifier, part.name) for part in words(parse(text)) if isinstance(part, Name)}


def _named(scope: str, name: str, source: Source) -> str:
    near = nearest(name, source.columns)
    if near:
        meant = source.columns[near].name
        # With a blank or a hyphen in it a name has to be quoted in an expression.
        written = "" if meant.isidentifier() else f' It is written {scope}."{meant}".'
        return f"Did you mean `{meant}`?{written}"
    some = ", ".join(f"`{each.name}`" for each in list(source.columns.values())[:8])
    return f"There are {some}." if some else "The rows have no attributes."
