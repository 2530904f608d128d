"""By which code is each mistake with what is kept known? `docs/agreement-codes.md` explains them."""

from __future__ import annotations

from enum import StrEnum

from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["FlowCode", "refused"]


class FlowCode(StrEnum):
    """The codes of mistakes in what is to be signed, changed among users and keys, or served (HR8xx)."""

    NO_DATABASE = "HR801"
    NO_ADDRESS = "HR802"
    NO_SUCH_USER = "HR803"
    WRONG_ROLE = "HR804"
    ONE_FOR_BOTH = "HR805"
    USER_IS_THERE = "HR806"
    NO_SUCH_KEY = "HR807"
    NOTHING_NEW = "HR808"
    BAD_START = "HR809"
    PORT_TAKEN = "HR810"
    NOT_FOR_SQLITE = "HR811"
    NOT_AN_EXPORT = "HR812"
    NO_SUCH_HOST = "HR813"


def refused(code: FlowCode, where: str, says: str, fix: str) -> Mistakes:
    """Return the one mistake to be raised; `where` is what it was given as, such as `--marketing`."""
    return Mistakes([Diagnostic(code=code, at=Place(where, line=0), says=says, fix=fix)])
