"""In which words are the mistakes of `qualify` told?"""

from __future__ import annotations

from collections.abc import Collection

from handraiser.agreement.expression import Call, Expression, Literal, Name
from handraiser.agreement.functions import FUNCTIONS, number_in
from handraiser.agreement.trouble import ConditionCode, Trouble, nearest
from handraiser.errors import Level

__all__ = [
    "grade_misused",
    "no_grades",
    "not_numeric",
    "number_as_condition",
    "only_attributes",
    "rule_as_number",
    "text_function",
    "truth_compared",
    "unknown_grade",
    "unknown_name",
    "unknown_rule",
    "wrong_count",
]


def number_as_condition(part: Expression) -> Trouble:
    return Trouble(
        code=ConditionCode.NUMBER_AS_CONDITION,
        span=part.span,
        says="A number where something true or false is needed: it is true unless it is 0.",
        fix="Compare it, for example with > 0.",
        level=Level.WARNING,
    )


def rule_as_number(name: Name, *, counts: bool) -> Trouble:
    rule = name.name
    return Trouble(
        code=ConditionCode.RULE_AS_NUMBER,
        span=name.span,
        says=f"{rule} is a rule, which holds or does not; it is no number.",
        fix=f"Write count({rule}) or points({rule})." if counts else f"Write points({rule}).",
    )


def not_numeric(literal: Literal) -> Trouble | None:
    """None where the text reads as a number."""
    if number_in(str(literal.value)) is not None:
        return None
    return Trouble(
        code=ConditionCode.TEXT_IN_QUALIFY,
        span=literal.span,
        says=f"'{literal.value}' is no number, and points are compared with numbers only.",
        fix="Write a number, or compare an attribute (lead.…, company.…) or grade with the text.",
    )


def truth_compared(part: Expression) -> Trouble:
    return Trouble(
        code=ConditionCode.TEXT_IN_QUALIFY,
        span=part.span,
        says="Whether something holds cannot be compared with an attribute or a text.",
        fix="Join conditions with and, or.",
    )


def text_function(call: Call) -> Trouble:
    """Beside a text function a number would be read as a text, which nobody means here."""
    return Trouble(
        code=ConditionCode.TEXT_IN_QUALIFY,
        span=call.span,
        says=f"{call.function} gives a text, and points are compared with numbers only.",
        fix=f"Write cast(… as double) around {call.function}(…).",
    )


def no_grades(part: Expression) -> Trouble:
    return Trouble(
        code=ConditionCode.NO_GRADES,
        span=part.span,
        says="grade is used, but `fit` has no `grades`.",
        fix="Add for example grades: {A: 40, B: 25, C: 10} under `fit`.",
    )


def grade_misused(part: Expression, grades: Collection[str]) -> Trouble:
    first = next(iter(grades))
    return Trouble(
        code=ConditionCode.GRADE_USE,
        span=part.span,
        says="grade is compared with texts by = <> in, and nothing else.",
        fix=f"Write grade = '{first}', or grade in (…) with those wanted of {', '.join(grades)}.",
    )


def unknown_grade(literal: Literal, grades: Collection[str]) -> Trouble:
    grade = str(literal.value)
    near = nearest(grade, grades) or nearest(grade.upper(), grades)
    return Trouble(
        code=ConditionCode.UNKNOWN_GRADE,
        span=literal.span,
        says=f"There is no grade {grade}.",
        fix=f"Write '{near}'." if near else f"The grades are {', '.join(grades)}.",
    )


def unknown_name(name: Name, known: Collection[str]) -> Trouble:
    near = nearest(name.name, known)
    if name.quoted is not None:
        fix = f"Use single quotes for a text: '{name.quoted}'."
    elif near:
        fix = f"Write {near}."
    else:
        fix = f"Write lead.{name.name} or company.{name.name} for an attribute, or declare the rule."
    return Trouble(
        code=ConditionCode.UNKNOWN_NAME,
        span=name.span,
        says=f"There is no rule, group or sum called {name.name}.",
        fix=fix,
    )


def wrong_count(call: Call) -> Trouble:
    return Trouble(
        code=ConditionCode.WRONG_NUMBER_OF_ARGUMENTS,
        span=call.span,
        says=f"{call.function} takes the name of one rule.",
        fix=f"Write {call.function}(rule).",
    )


def unknown_rule(
    call: Call, name: Name, *, sums: Collection[str], rules: Collection[str], events: Collection[str]
) -> Trouble | None:
    """What is wrong with the rule that is counted, None if nothing is."""
    if name.name in sums:
        code, says = ConditionCode.GROUP_AS_RULE, f"{name.name} is a sum, not a rule."
        fix = f"Write {name.name} alone."
    elif name.name not in rules:
        near = nearest(name.name, events if call.function == "count" else rules)
        code, says = ConditionCode.UNKNOWN_NAME, f"There is no rule called {name.name}."
        fix = f"Write {call.function}({near})." if near else "Declare the rule, or count another."
    elif call.function == "count" and name.name not in events:
        code, says = ConditionCode.NO_EVENT_RULE, f"{name.name} counts no events."
        fix = f"Write points({name.name}), or {name.name} alone for whether it holds."
    else:
        return None
    return Trouble(code=code, span=name.span, says=says, fix=fix)


def only_attributes(part: Expression) -> Trouble:
    if isinstance(part, Call) and part.function not in FUNCTIONS:
        near = nearest(part.function, (*FUNCTIONS, "count", "points"))
        begin = part.span[0]
        return Trouble(
            code=ConditionCode.UNKNOWN_FUNCTION,
            span=(begin, begin + len(part.function)),
            says=f"There is no function {part.function}.",
            fix=f"Write {near}." if near else "Of a rule there are count(rule) and points(rule).",
        )
    return Trouble(
        code=ConditionCode.ONLY_ATTRIBUTES,
        span=part.span,
        says="Points are compared, added, subtracted and multiplied; all else is for attributes.",
        fix="Use / % like, cast and functions on lead.… and company.… only.",
    )
