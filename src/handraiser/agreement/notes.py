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


class Notes:
    """The diagnostics and the expressions gathered so far.

    `complete` is false where the text broke off: then nothing may be called missing, as it may well
    stand in the part that could not be read.
    """

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.expressions: list[tuple[Sql, Scope]] = []
        self.complete = True

    def mistake(self, code: Code, at: Place, says: str, fix: str) -> None:
        """Write down a mistake; the reading goes on."""
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix))

    def warn(self, code: Code, at: Place, says: str, fix: str) -> None:
        """Write down something that is allowed but hardly meant."""
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix, level=Level.WARNING))
