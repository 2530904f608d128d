"""Is an expression of the agreement well said? (AGREEMENT.md, sections 3 and 7)

`check_expression` for what stands in `when`, `where` and `points`, `check_qualify` for the three of
`qualify`: every mistake as a value, with its place inside the expression. The codes:

    HR301 empty                      HR320 unknown function            HR350 unknown name
    HR302 too long                   HR321 number of arguments         HR351 rule used as a number
    HR303 nested too deeply          HR322 bad argument                HR352 not an event rule
    HR304 odd character              HR323 unknown list                HR353 no grades
    HR305 comment                    HR324 attribute without lead.     HR354 unknown grade
    HR306 several statements         HR325 property with lead.         HR355 grade used otherwise
    HR307 quote not closed           HR326 unknown qualifier           HR356 only for attributes
    HR308 bad number                 HR327 column that is no attribute HR357 text in qualify
    HR309 something unexpected       HR328 double quotes for a text    HR358 group used as a rule
    HR310 breaks off                 HR329 bad escape character
    HR311 SQL that we do not have    HR330 text without quotes         HR380 warning: compared with null
    HR312 subquery                                                     HR381 warning: name or text?
    HR313 chained comparisons                                          HR382 warning: number as condition
    HR314 unknown type                                                 HR383 warning: no property
                                                                       HR384 warning: date as numbers
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import Enum

from handraiser.agreement.expression import Expression, Name, words
from handraiser.agreement.functions import meaning_troubles
from handraiser.agreement.model import Sql
from handraiser.agreement.naming import attribute_troubles, property_troubles
from handraiser.agreement.parser import parse
from handraiser.agreement.qualifying import QualifyNames, qualify_troubles
from handraiser.agreement.trouble import ConditionCode, Trouble, Unreadable, diagnose
from handraiser.agreement.unquoted import instead_of_names, unquoted_texts
from handraiser.errors import Diagnostic

__all__ = [
    "ConditionCode",
    "QualifyNames",
    "Scope",
    "check_expression",
    "check_qualify",
    "names",
    "parse",
]


class Scope(Enum):
    """What the names of an expression are: `lead.x` and `company.x`, or properties of the event."""

    ATTRIBUTES = "attributes"
    PROPERTIES = "properties"


def check_expression(sql: Sql, *, scope: Scope, lists: Collection[str]) -> list[Diagnostic]:
    """Everything wrong with a condition or an expression in `points`, in the order of its text."""

    def troubles(expression: Expression) -> Iterable[Trouble]:
        yield from meaning_troubles(expression, lists=lists)
        if scope is Scope.PROPERTIES:
            yield from property_troubles(expression)
            return
        texts = unquoted_texts(expression, sql.text, known=lambda name: False)
        yield from instead_of_names(texts, attribute_troubles(expression))

    return _check(sql, troubles)


def check_qualify(sql: Sql, *, names: QualifyNames) -> list[Diagnostic]:
    """Everything wrong with one of the expressions of `qualify`, in the order of its text."""

    def troubles(expression: Expression) -> Iterable[Trouble]:
        texts = unquoted_texts(expression, sql.text, known=lambda name: name.name in names.known)
        return instead_of_names(texts, qualify_troubles(expression, names=names))

    return _check(sql, troubles)


def _check(sql: Sql, troubles: Callable[[Expression], Iterable[Trouble]]) -> list[Diagnostic]:
    try:
        expression = parse(sql.text)
    except Unreadable as unreadable:
        return [diagnose(unreadable.trouble, sql)]
    found = dict.fromkeys(troubles(expression))  # a part that is compared twice is told of once
    return [diagnose(trouble, sql) for trouble in sorted(found, key=lambda each: (each.span, each.code))]


def names(text: str) -> frozenset[tuple[str, str]]:
    """The names an expression reads: `lead.country` is ("lead", "country") and `path` is ("", "path")."""
    return frozenset((part.qualifier, part.name) for part in words(parse(text)) if isinstance(part, Name))
