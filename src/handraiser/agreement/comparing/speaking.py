"""How is a condition said to people who write none?

    company.employees between 50 and 500    the company's employees are between 50 and 500
    lead.job_title ilike '%chief%'          the lead's job title contains chief
    score > 50                              more than 50 points
    count(pricing) >= 2                     “pricing” at least twice

What has no such words is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from handraiser.agreement.expression import Call, Case, Comparison, Expression, IsNull, Like, Literal, Name
from handraiser.agreement.model import Agreement
from handraiser.agreement.proving.clauses import (
    All,
    Among,
    Bound,
    Clause,
    Leaf,
    Plain,
    Range,
    Some,
    clause_of,
)
from handraiser.agreement.wording import exact, joined, readable, shortened, times

__all__ = ["Speaker", "quoted"]

_LONGEST = 160
_SIGNS = {
    (True, True): "more than",
    (True, False): "at least",
    (False, True): "less than",
    (False, False): "at most",
}
_COMPARED = {">": (True, True), ">=": (True, False), "<": (False, True), "<=": (False, False)}
_KNOWN = {
    ("lead", "unsubscribed"): ("the lead has unsubscribed", "the lead has not unsubscribed"),
    ("company", "is_customer"): ("the company is a customer", "the company is not a customer"),
}
_LOWERED = ("lower", "upper", "trim")


def quoted(words: str) -> str:
    """What a rule or another thing is called, so that it can be told from what is said of it."""
    return f"“{words}”"


class Speaker:
    """Says conditions of `qualify`, its names being those of these agreements; without any, those on data."""

    def __init__(self, *agreements: Agreement) -> None:
        self.rules: Mapping[str, str] = {
            rule.name: quoted(readable(rule.name, rule.title))
            for agreement in agreements
            for rule in (*agreement.fit.rules, *agreement.engagement.rules)
        }
        groups = (group for each in agreements for group in (*each.fit.groups, *each.engagement.groups))
        self.sums = {group.name for group in groups}
        if agreements:
            self.sums |= {"fit", "engagement", "score"}

    def says(self, clause: Clause) -> str:
        """The condition in words."""
        match clause:
            case Leaf(test):
                said = self._test(test)
                return said or f"`{shortened(clause.words, _LONGEST)}`"
            case All(parts):
                return joined([self._inside(part) for part in parts], "and") or "always"
            case Some(parts):
                return joined([self._inside(part) for part in parts], "or") or "never"

    def short(self, clause: Clause) -> str:
        """What is left to say of a condition where one like it was said just before."""
        match clause:
            case Leaf(Bound(Call("count")) as test):
                return f"{_SIGNS[test.rising, test.strict]} {_times(test.limit)}"
            case Leaf(Bound() as test):
                return f"{_SIGNS[test.rising, test.strict]} {exact(test.limit)}"
            case Leaf(Range(_, low, high, negated)):
                return f"{'not ' if negated else ''}between {exact(low)} and {exact(high)}"
        return self.says(clause)

    def is_plain(self, clause: Clause) -> bool:
        """Whether the condition could be said without showing how it is written."""
        return "`" not in self.says(clause)

    def _inside(self, part: Clause) -> str:
        said = self.says(part)
        return f"({said})" if isinstance(part, All | Some) and len(part.parts) > 1 else said

    def _test(self, test: Bound | Range | Among | Plain) -> str:
        """The words for a single test, empty where there are none."""
        match test:
            case Bound(Call("count", (Name(_, name),)), limit, rising, strict) if name in self.rules:
                return f"{self.rules[name]} {_SIGNS[rising, strict]} {_times(limit)}"
            case Bound(subject, limit, rising, strict):
                return self._counted(subject, f"{_SIGNS[rising, strict]} {exact(limit)}")
            case Range(subject, low, high, negated):
                between = f"between {exact(low)} and {exact(high)}"
                return self._counted(subject, f"not {between}" if negated else between)
            case Among(Name("", "grade"), values, negated):
                grades = joined(sorted(map(str, values)), "or")
                return f"a grade other than {grades}" if negated else f"grade {grades}"
            case Among(subject, values, negated):
                return self._one_of(subject, values, negated)
            case Plain(expression, negated):
                return self._plain(expression, negated)
        return ""

    def _by_case(
        self, subject: Expression, sign: str, branches: Iterable[tuple[Expression, Expression]], rest: float
    ) -> str:
        """A limit that is another for some: more than 40 points if …, else more than 50."""
        than = _SIGNS[_COMPARED[sign]]
        said: list[str] = []
        for condition, limit in branches:
            asked = self.says(clause_of(condition))
            if not isinstance(limit, Literal) or not isinstance(limit.value, float) or "`" in asked:
                return ""
            many = f"{than} {exact(limit.value)}"
            said.append(f"{many if said else self._counted(subject, many)} if {asked}")
        return ", else ".join([*said, f"{than} {exact(rest)}"]) if self._counted(subject, "") else ""

    def _counted(self, subject: Expression, how_many: str) -> str:
        match subject:
            case Name("", name) if name in self.sums:
                return f"{how_many} points" + ("" if name == "score" else f" of {readable(name)}")
            case Call("count", (Name(_, name),)) if name in self.rules:
                return f"{self.rules[name]} {how_many} times"
            case Call("points", (Name(_, name),)) if name in self.rules:
                return f"{how_many} points of {self.rules[name]}"
        name = _thing(subject)
        return f"{name} {_is(name)} {how_many}" if name else ""

    def _one_of(self, subject: Expression, values: Iterable[str | float], negated: bool) -> str:
        ordered = sorted(values, key=lambda value: (str(type(value)), value))
        listed = joined([_value(value) for value in ordered], "or")
        name = _thing(subject)
        if name:
            return f"{name} {_is(name)} {'not ' if negated else ''}{listed}"
        return self._counted(subject, f"{'other than' if negated else 'exactly'} {listed}")

    def _plain(self, part: Expression, negated: bool) -> str:
        match part:
            case Name("", name) if name in self.rules:
                return f"{'no ' if negated else ''}{self.rules[name]}"
            case Comparison(sign, left, Case(None, branches, Literal(float(rest)))) if sign in _COMPARED:
                return "" if negated else self._by_case(left, sign, branches, rest)
            case Name(qualifier, name) if (qualifier, name) in _KNOWN:
                return _KNOWN[qualifier, name][negated]
            case Name():
                return f"{_thing(part)} is {'not ' if negated else ''}true"
            case IsNull(operand) if _thing(operand):
                return f"{_thing(operand)} is {'known' if negated else 'not known'}"
            case Like(operand, Literal(str(pattern)), _, None) if _thing(operand):
                return _like(_thing(operand), pattern, negated)
            case Call("contains" | "starts_with" | "ends_with" as how, (operand, Literal(str(text)))):
                verb = {"contains": "contains", "starts_with": "begins with", "ends_with": "ends with"}[how]
                return _verb(_thing(operand), verb, text, negated)
            case Call("listed", (operand, Literal(str(name)))) if _thing(operand):
                there = "is not in" if negated else "is in"
                return f"{_thing(operand)} {there} the list {quoted(readable(name))}"
        return ""


def _thing(part: Expression) -> str:
    """What an attribute or a property is called, empty for anything else."""
    match part:
        case Name(qualifier, name) if qualifier:
            return f"the {qualifier}'s {readable(name)}"
        case Name(_, name):
            return readable(name)
        case Call(function, (Name() as name,)) if function in _LOWERED:
            return _thing(name)
    return ""


def _is(name: str) -> str:
    """`are` behind what looks like several: employees, seconds; not status, address, analysis."""
    several = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    return "are" if several else "is"


def _times(count: float) -> str:
    return times(int(count)) if count.is_integer() and count > 0 else f"{exact(count)} times"


def _like(name: str, pattern: str, negated: bool) -> str:
    inside = pattern.strip("%")
    if "%" in inside or "_" in inside or not inside:
        return ""
    verb = {(True, True): "contains", (False, True): "begins with", (True, False): "ends with"}.get(
        (pattern.startswith("%"), pattern.endswith("%"))
    )
    if verb is None:
        return f"{name} is {'not ' if negated else ''}{_value(inside)}"
    return _verb(name, verb, inside, negated)


def _verb(name: str, verb: str, text: str, negated: bool) -> str:
    if not name:
        return ""
    denied = {"contains": "does not contain", "begins with": "does not begin with"}
    return f"{name} {denied.get(verb, 'does not end with') if negated else verb} {_value(text)}"


def _value(value: str | float) -> str:
    if isinstance(value, float):
        return exact(value)
    return value if re.fullmatch(r"[\w./@%+-]+", value) else quoted(value)
