"""What can be wrong inside an expression, and by which code is it known?

HR301-HR319   the text cannot be read
HR320-HR349   it can be read, but says something that section 3 does not allow
HR350-HR379   `qualify` says something that section 7 does not allow
HR380-HR399   warnings: allowed, and hardly what was meant
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from handraiser.agreement.expression import Span
from handraiser.agreement.model import Sql
from handraiser.errors import Diagnostic, Level, Place

__all__ = ["ConditionCode", "Trouble", "Unreadable", "diagnose", "nearest"]


class ConditionCode(StrEnum):
    """The codes of mistakes and warnings inside expressions."""

    EMPTY = "HR301"
    TOO_LONG = "HR302"
    TOO_DEEP = "HR303"
    BAD_CHARACTER = "HR304"
    COMMENT = "HR305"
    SEVERAL_STATEMENTS = "HR306"
    UNCLOSED_TEXT = "HR307"
    BAD_NUMBER = "HR308"
    UNEXPECTED = "HR309"
    UNFINISHED = "HR310"
    NOT_IN_THE_LANGUAGE = "HR311"
    SUBQUERY = "HR312"
    CHAINED = "HR313"
    UNKNOWN_TYPE = "HR314"

    UNKNOWN_FUNCTION = "HR320"
    WRONG_NUMBER_OF_ARGUMENTS = "HR321"
    BAD_ARGUMENT = "HR322"
    UNKNOWN_LIST = "HR323"
    UNQUALIFIED = "HR324"
    QUALIFIED = "HR325"
    UNKNOWN_QUALIFIER = "HR326"
    NO_ATTRIBUTE = "HR327"
    DOUBLE_QUOTES = "HR328"
    BAD_ESCAPE = "HR329"
    NO_QUOTES = "HR330"

    UNKNOWN_NAME = "HR350"
    RULE_AS_NUMBER = "HR351"
    NO_EVENT_RULE = "HR352"
    NO_GRADES = "HR353"
    UNKNOWN_GRADE = "HR354"
    GRADE_USE = "HR355"
    ONLY_ATTRIBUTES = "HR356"
    TEXT_IN_QUALIFY = "HR357"
    GROUP_AS_RULE = "HR358"

    COMPARED_WITH_NULL = "HR380"
    NAME_OR_TEXT = "HR381"
    NUMBER_AS_CONDITION = "HR382"
    NO_PROPERTY = "HR383"
    DATE_AS_NUMBERS = "HR384"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with an expression, and where in its text."""

    code: ConditionCode
    span: Span
    says: str
    fix: str
    level: Level = Level.MISTAKE


class Unreadable(Exception):  # noqa: N818 - it never leaves this room: `read` turns it into a value
    """The text cannot be read beyond this point."""

    def __init__(self, code: ConditionCode, span: Span, says: str, fix: str) -> None:
        super().__init__(says)
        self.trouble = Trouble(code=code, span=span, says=says, fix=fix)


def diagnose(trouble: Trouble, sql: Sql) -> Diagnostic:
    """The trouble as shown to the user, at its own place if the expression stands on one line."""
    at = sql.at
    if "\n" not in sql.text and "\r" not in sql.text:
        at = Place(at.file, at.line, at.column + trouble.span[0])
    return Diagnostic(code=trouble.code.value, at=at, says=trouble.says, fix=trouble.fix, level=trouble.level)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that the user most likely meant, None if nothing is near."""
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)), None)
