"""What kinds of mistakes can an agreement have, and by which code is each known?

The one list of codes of this room. `docs/agreement-codes.md` explains each with an example and a fix;
a test holds the two together. A code never changes its meaning and is never used again for another.

    HR1xx   what the agreement says
    HR2xx   what YAML makes of what was written
    HR3xx   expressions (`conditions`)
    HR4xx   warnings, most of which need the data (`scoring.lint_notes`)
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Code"]


class Code(StrEnum):
    """The codes of mistakes in the structure of an agreement (HR1xx) and of YAML's traps (HR2xx)."""

    UNKNOWN_KEY = "HR101"
    MISSING_KEY = "HR102"
    WRONG_KIND = "HR103"
    REPEATED = "HR104"
    BAD_NAME = "HR105"
    RESERVED_NAME = "HR106"
    MISPLACED_KEY = "HR107"
    UNDECLARED_GROUP = "HR108"
    UNUSED_GROUP = "HR109"
    MIN_ABOVE_MAX = "HR110"
    EQUAL_GRADES = "HR111"
    BAD_DURATION = "HR112"
    FOREVER = "HR113"
    BAD_DECAY = "HR114"
    DECAY_WITH_AT_LEAST = "HR115"
    POINTS_NOT_A_NUMBER = "HR116"
    NO_RULES = "HR117"
    BAD_PERCENT = "HR118"
    BAD_PROMISE = "HR119"
    NO_HOURS = "HR120"
    BAD_TIMEZONE = "HR121"
    BAD_CURRENCY = "HR122"
    BAD_DAY = "HR123"
    BAD_INTERVAL = "HR124"
    BAD_HOLIDAYS = "HR125"
    BAD_AT_MOST = "HR126"
    NUMBER_OUT_OF_RANGE = "HR127"
    UNKNOWN_CHOICE = "HR128"
    EMPTY = "HR129"
    UNREACHABLE_ROUTE = "HR130"
    NOT_A_PROPERTY = "HR131"
    ODD_GRADES = "HR132"
    UNREACHABLE_GRADE = "HR133"
    BAD_RECIPIENT = "HR134"

    BAD_YAML = "HR200"
    NOT_UTF8 = "HR201"
    BAD_CHARACTER = "HR202"
    EMPTY_FILE = "HR203"
    NOT_A_MAPPING = "HR204"
    SEVERAL_DOCUMENTS = "HR205"
    TAB = "HR206"
    INDENTATION = "HR207"
    UNCLOSED_QUOTE = "HR208"
    QUOTE_INSIDE = "HR209"
    BAD_ESCAPE = "HR210"
    CUT_BY_COMMENT = "HR211"
    CUT_BY_COLON = "HR212"
    CUT_BY_COMMA = "HR213"
    READ_AS_BOOLEAN = "HR214"
    READ_AS_NUMBER = "HR215"
    READ_AS_NULL = "HR216"
    READ_AS_DATE = "HR217"
    QUOTED_NUMBER = "HR218"
    ODD_NUMBER = "HR219"
    BAD_START = "HR220"
    READ_AS_ALIAS = "HR221"
    READ_AS_ANCHOR = "HR222"
    READ_AS_TAG = "HR223"
    ODD_KEY = "HR224"
    UNCLOSED_BRACKET = "HR225"
    NO_BLANK = "HR226"
    NO_FILE = "HR227"
    NO_AGREEMENT = "HR228"
