"""What was found wrong while an agreement was read, and which expressions are still to be checked?

One `Notes` goes through the whole reading: a mistake is written down and the reading goes on with a
stand-in, so that all mistakes are seen at once.
"""

from __future__ import annotations

from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import Scope
from handraiser.agreement.model import Sql
from handraiser.errors import Diagnostic, Level, Place

__all__ = ["Notes"]

# Mistakes that are none if what they miss stands in lines that could not be read.
_OF_WHAT_IS_MISSING = frozenset(
    {
        *(Code.MISSING_KEY, Code.READ_AS_NULL, Code.EMPTY, Code.NO_RULES, Code.NO_HOURS),
        *(Code.UNDECLARED_GROUP, Code.UNUSED_GROUP),
    }
)


class Notes:
    """The diagnostics and the expressions gathered so far.

    `complete` is false where lines could not be read: then nothing is called missing, as it may well
    stand in them.
    """

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.expressions: list[tuple[Sql, Scope]] = []
        self.complete = True

    def mistake(self, code: Code, at: Place, says: str, fix: str) -> None:
        """Write down a mistake; the reading goes on."""
        if not self.complete and code in _OF_WHAT_IS_MISSING:
            return
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix))

    def warn(self, code: Code, at: Place, says: str, fix: str) -> None:
        """Write down something that is allowed but hardly meant."""
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix, level=Level.WARNING))
