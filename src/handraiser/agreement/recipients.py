"""Who is meant by `to`: of a route, and of a step of `escalate_at`?

A route's `to` is one or several, by commas: `team NAME`, the e-mail address of a user, `company owner`. An
escalation's is one: `manager`, `reassign`, `team NAME` or an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from handraiser.agreement.codes import Code
from handraiser.agreement.vocabulary import nearest
from handraiser.agreement.wrong import Wrong
from handraiser.facts.mailbox import email_domain

__all__ = ["Recipient", "RecipientKind", "is_team_name", "read_escalation", "read_recipients"]

_TEAM_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ADDRESS_WITHIN = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+")
_NO_TEAM = ("owner", "manager", "reassign", "company")

_ROUTE_FIX = "Write `team NAME`, a user's e-mail address or `company owner`; several with commas."
_ESCALATION_FIX = "Write `manager`, `reassign`, `team NAME` or a user's e-mail address."


class RecipientKind(StrEnum):
    """What a recipient is."""

    TEAM = "team"
    USER = "user"
    COMPANY_OWNER = "company owner"
    MANAGER = "manager"  # these two only where a promise is not kept
    REASSIGN = "reassign"


class Recipient(NamedTuple):
    """One of whom `to` names; `name` is the team's, or the address as it is written, else empty."""

    kind: RecipientKind
    name: str = ""

    def __str__(self) -> str:
        return f"team {self.name}" if self.kind is RecipientKind.TEAM else self.name or str(self.kind)


def is_team_name(text: str) -> bool:
    """Whether the text may be the name of a team: letters, digits, `_` and `-`."""
    return _TEAM_NAME.fullmatch(text) is not None


def read_recipients(to: str) -> tuple[Recipient, ...] | Wrong:
    """Return whom a route's `to` names, in their order; each once.

    >>> [str(each) for each in read_recipients("company owner, team emea, sam@example.com")]
    ['company owner', 'team emea', 'sam@example.com']
    """
    found: list[Recipient] = []
    for part in to.split(","):
        one = _read(part, _words_of_routes, _not_for_routes)
        if isinstance(one, Wrong):
            return one
        found.append(one)
    return tuple(dict.fromkeys(found))


def read_escalation(to: str) -> Recipient | Wrong:
    """Return whom a step of `escalate_at` tells; REASSIGN gives the lead to another."""
    return _read(to, _words_of_escalations, _not_for_escalations)


def _words_of_routes(words: str) -> Recipient | None:
    return Recipient(RecipientKind.COMPANY_OWNER) if words == "company owner" else None


def _words_of_escalations(words: str) -> Recipient | None:
    for kind in (RecipientKind.MANAGER, RecipientKind.REASSIGN):
        if words == kind:
            return Recipient(kind)
    return None


def _read(
    part: str, special: Callable[[str], Recipient | None], refused: Callable[[str], Wrong]
) -> Recipient | Wrong:
    words = " ".join(part.split())
    known = special(words)
    if known is not None:
        return known
    team, blank, name = words.partition(" ")
    if team == "team" and blank and is_team_name(name):
        return Recipient(RecipientKind.TEAM, name)
    # `Sam <sam@example.com>` ends as an address does not.
    if email_domain(words) is not None and _ADDRESS_WITHIN.fullmatch(words):
        return Recipient(RecipientKind.USER, words)
    return refused(words)


def _not_for_routes(words: str) -> Wrong:
    if words in (RecipientKind.MANAGER, RecipientKind.REASSIGN):
        says = f"`{words}` is for `escalate_at`; a route gives the lead to somebody."
        return Wrong(Code.BAD_RECIPIENT, says, _ROUTE_FIX)
    return _wrong(words, ("company owner",), _ROUTE_FIX)


def _not_for_escalations(words: str) -> Wrong:
    if "," in words:
        says = f"`{words}` are several, and a step tells one."
        return Wrong(Code.BAD_RECIPIENT, says, "Write a step for each, at the same percentage.")
    return _wrong(words, (RecipientKind.MANAGER, RecipientKind.REASSIGN), _ESCALATION_FIX)


def _wrong(words: str, special: tuple[str, ...], fix: str) -> Wrong:
    if not words:
        return Wrong(Code.BAD_RECIPIENT, "There is nobody where somebody is to be named.", fix)
    says = f"`{words}` names no team, no user's address and nobody else known here."
    meant = _meant(words, special)
    return Wrong(Code.BAD_RECIPIENT, says, f"Did you mean `{meant}`?" if meant else fix)


def _meant(words: str, special: tuple[str, ...]) -> str | None:
    """Return the right form that is nearest, None where nothing is near."""
    address = _ADDRESS_WITHIN.search(words)
    if address is not None and email_domain(address.group()) is not None:
        return address.group()
    if "@" in words:
        return None
    near = nearest(words.replace(".", " ").replace("_", " "), special)
    if near is not None:
        return near
    if words == "owner" and "company owner" in special:
        return "company owner"
    name = re.sub(r"(?i)^(the\s+)?teams?\b[\s:=]*|\s+team$", "", words)
    name = re.sub(r"\s+", "-", name)
    return f"team {name}" if is_team_name(name) and name not in _NO_TEAM else None
