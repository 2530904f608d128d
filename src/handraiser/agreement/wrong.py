"""What is said of a value that cannot be read, and of a text that YAML misread?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from handraiser.agreement.codes import Code
from handraiser.errors import Place

__all__ = ["Trap", "Wrong"]


class Wrong(msgspec.Struct, frozen=True):
    """In the place of a value: why the text is none, and what would be. The reader adds the place."""

    code: Code
    says: str
    fix: str


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """One trap of YAML's: what is said about it, and how the text can be mended for now (None: it cannot).

    What mends by leaving lines out `loses` them: then nothing may be called missing any more.
    """

    code: Code
    at: Place
    says: str
    fix: str
    mend: Callable[[], None] | None = None
    loses: bool = False
