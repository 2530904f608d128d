"""Who may say what of whose lead?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["MAY", "Act", "Bond", "bonds", "may"]


class Act(StrEnum):
    """What can be done with an episode, by the words of the API and of the terminal."""

    ACCEPT = "accept"
    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"
    LOG = "log"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    REOPEN = "reopen"
    PAUSE = "pause"
    RESUME = "resume"
    ASSIGN = "assign"
    UNDO = "undo"


class Bond(StrEnum):
    """What somebody has to do with an episode."""

    OWNER = "its owner"
    MANAGER = "a manager"
    ADMINISTRATOR = "an administrator"
    TEAM = "somebody of sales in its team, or of sales at all where nobody owns it"
    MARKETING = "somebody of marketing"
    GIVER = "whoever gave it"


_SALES = (Bond.OWNER, Bond.MANAGER, Bond.ADMINISTRATOR)
MAY: Mapping[Act, tuple[Bond, ...]] = {
    Act.ACCEPT: (*_SALES, Bond.TEAM),
    Act.RECYCLE: _SALES,
    Act.DISQUALIFY: _SALES,
    Act.LOG: _SALES,
    Act.SQL: _SALES,
    Act.OPPORTUNITY: _SALES,
    Act.WON: _SALES,
    Act.LOST: _SALES,
    Act.REOPEN: (*_SALES, Bond.MARKETING),
    Act.PAUSE: _SALES,
    Act.RESUME: _SALES,
    Act.ASSIGN: _SALES,
    Act.UNDO: (Bond.GIVER,),
}
"""Who may do what. Whoever looks on, `viewer`, may nothing."""


def bonds(
    role: str, *, owns: bool = False, unowned: bool = False, in_team: bool = False, gave: bool = False
) -> frozenset[Bond]:
    """Return what a user of a role has to do with an episode: it is theirs, nobody's or their team's.

    gave  whether what is to be taken back was said by them
    """
    if role == "viewer":
        return frozenset()
    return frozenset(
        bond
        for bond, holds in (
            (Bond.OWNER, owns),
            (Bond.MANAGER, role == "manager"),
            (Bond.ADMINISTRATOR, role == "administrator"),
            (Bond.TEAM, role == "sales" and (unowned or in_team)),
            (Bond.MARKETING, role == "marketing"),
            (Bond.GIVER, gave),
        )
        if holds
    )


def may(act: Act, held: frozenset[Bond]) -> bool:
    """Return whether somebody with these bonds may do it."""
    return not held.isdisjoint(MAY[act])
