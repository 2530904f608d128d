"""By which code is each mistake with what is kept known? `docs/agreement-codes.md` explains them."""

from __future__ import annotations

from enum import StrEnum

from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["FlowCode", "refused"]


class FlowCode(StrEnum):
    """The codes of mistakes in what is kept: signed, changed, served, told, or said of leads (HR8xx)."""

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
    DEMO_IN_USE = "HR814"
    NOT_THE_DEMOS = "HR815"
    NO_SUCH_DESTINATION = "HR820"
    DESTINATION_IS_THERE = "HR821"
    NOT_TO_BE_TOLD = "HR822"
    NO_SUCH_KIND = "HR823"
    NOTHING_TO_SEAL_WITH = "HR824"
    NO_MAIL = "HR825"
    NOTHING_TO_REPLAY = "HR826"
    NOT_SIGNED = "HR827"
    BAD_SETTING = "HR828"
    NO_SUCH_MESSAGE = "HR829"
    TEAM_IS_THERE = "HR830"
    NO_TEAM_NAME = "HR831"
    NO_SUCH_TEAM = "HR832"
    NOT_A_MEMBER = "HR833"
    BAD_SHARE = "HR834"
    BAD_PROFILE = "HR835"
    NOT_THEIR_MANAGER = "HR836"
    BAD_TIME_OFF = "HR837"
    NO_SUCH_TIME_OFF = "HR838"
    NOBODY_THERE = "HR839"
    NO_SUCH_EPISODE = "HR840"
    NOT_ALLOWED = "HR841"
    NO_SUCH_REASON = "HR842"
    NO_SUCH_RULE = "HR843"
    NOT_THEIRS = "HR844"
    NO_SUCH_WORK = "HR845"
    BAD_INSTANT = "HR846"
    BAD_VALUE = "HR847"
    NOT_UNDONE = "HR848"
    NOT_RUNNING = "HR849"
    LAST_ADMINISTRATOR = "HR855"
    NO_SUCH_EVENT = "HR860"
    NOT_ONE = "HR861"
    NO_SUCH_PROPOSAL = "HR880"
    HAS_ENDED = "HR881"
    NOTHING_SAID = "HR882"
    MAY_NOT_PROPOSE = "HR883"
    MAY_NOT_SIGN = "HR884"
    OUTDATED = "HR885"
    NOT_TESTED = "HR886"
    SIGNED_ALREADY = "HR887"
    NOT_LIVE = "HR888"
    BAD_DAYS = "HR890"
    STILL_WAITING = "HR891"


def refused(code: FlowCode, where: str, says: str, fix: str) -> Mistakes:
    """Return the one mistake to be raised; `where` is what it was given as, such as `--marketing`."""
    return Mistakes([Diagnostic(code=code, at=Place(where, line=0), says=says, fix=fix)])
