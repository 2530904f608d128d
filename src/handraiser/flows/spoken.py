"""Is what somebody says of a lead something that the agreement knows, and that can be meant?"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import date

from handraiser.agreement.model import Agreement, Reason
from handraiser.agreement.vocabulary import nearest, spelled
from handraiser.errors import Mistakes
from handraiser.facts.instants import iso
from handraiser.flows.refusals import FlowCode, refused
from handraiser.lifecycle.stages import OUTCOMES, Stage

__all__ = [
    "WORK", "amount", "close", "competitor", "currency", "done_at", "no_agreement", "note", "reason", "rule",
    "said_at", "stage", "why", "work",
]  # fmt: skip

_OURS = ("expired",)
"""Reasons that nobody gives but handraiser; an agreement says what follows from them."""
WORK = ("call", "email", "meeting", "note")
"""What sales can have done, whatever the agreement's follow-up asks for."""
_LONGEST = 20_000  # letters of what somebody writes
_CURRENCY = re.compile(r"[A-Z]{3}")


def reason(agreement: Agreement, name: str | None, *, needed: bool, free: bool = False) -> Reason | None:
    """Return a reason of the agreement by its name; where it has none, any name is one.

    Raises Mistakes where there is no such reason, or none was given that is needed.

    free  whether it may be in words, as of what is lost
    """
    known = {each.name: each for each in agreement.recycle.reasons}
    names = [each for each in known if each not in _OURS]
    if name and name in known:
        return known[name]
    if not name:
        if not (needed and names):
            return None
        says = f"The agreement {agreement.name} wants a reason for this."
        raise refused(FlowCode.NO_SUCH_REASON, "--reason", says, f"Give one of {spelled(names)}.")
    if free or not names:
        return Reason(name=_short("--reason", name))
    says = f"The agreement {agreement.name} has no reason `{name[:80]}`."
    raise refused(FlowCode.NO_SUCH_REASON, "--reason", says, _near(name, names))


def rule(agreement: Agreement, name: str | None) -> str | None:
    """Return the name of a rule of the agreement. Raises Mistakes where it has no such rule."""
    names = [each.name for each in (*agreement.fit.rules, *agreement.engagement.rules)]
    if not name or name in names:
        return name or None
    says = f"The agreement {agreement.name} has no rule `{name[:80]}`."
    raise refused(FlowCode.NO_SUCH_RULE, "--rule", says, _near(name, names))


def work(agreement: Agreement, kind: str) -> str:
    """Return what sales did, by a name that is logged. Raises Mistakes where it is none."""
    kinds = list(dict.fromkeys((*WORK, *(step.do for step in agreement.handoff.follow_up))))
    if kind in kinds:
        return kind
    says = f"`{kind[:80]}` is nothing that can be logged under the agreement {agreement.name}."
    raise refused(FlowCode.NO_SUCH_WORK, "KIND", says, _near(kind, kinds))


def stage(name: str) -> Stage:
    """Return the stage that outcomes call so. Raises Mistakes."""
    if name in OUTCOMES:
        return OUTCOMES[name]
    says = f"`{name[:80]}` is no stage of an outcome."
    raise refused(FlowCode.BAD_VALUE, "STAGE", says, _near(name, list(OUTCOMES)))


def done_at(at: int | None, *, since: int, now: int) -> int:
    """Return when something was done: now, where it is not said. Raises Mistakes where that cannot be."""
    if at is not None and at < since:
        says = f"{iso(at)} is before sales had the lead, which was at {iso(since)}."
        raise refused(FlowCode.BAD_INSTANT, "--at", says, "Log what was done for this episode.")
    return now if at is None else said_at(at, now=now)


def said_at(at: int, *, now: int) -> int:
    """Return an instant that is over. Raises Mistakes where it is to come."""
    if at > now:
        fix = "Say it when it has happened; without an offset an instant is in UTC."
        raise refused(FlowCode.BAD_INSTANT, "--at", f"{iso(at)} is still to come.", fix)
    return at


def amount(value: float | None) -> float | None:
    """Return an amount of money. Raises Mistakes where it is none."""
    if value is None or (math.isfinite(value) and value >= 0):
        return value
    raise refused(FlowCode.BAD_VALUE, "--amount", f"{value} is no amount.", "Give 0 or more, as in 1200.50.")


def currency(value: str | None) -> str | None:
    """Return a currency by its three letters. Raises Mistakes where they are none."""
    if not value:
        return None
    if _CURRENCY.fullmatch(value.upper()):
        return value.upper()
    says = f"`{value[:80]}` is no currency."
    raise refused(FlowCode.BAD_VALUE, "--currency", says, "Give its three letters, as in EUR.")


def close(value: str | None) -> str | None:
    """Return the day on which a deal is expected to close, in ISO 8601. Raises Mistakes where it is none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        says = f"`{value[:80]}` is no day."
        raise refused(FlowCode.BAD_VALUE, "--close", says, "Write it as in 2026-06-30.") from None


def why(words: str) -> str:
    """Return why somebody does something, in their words. Raises Mistakes where they say nothing."""
    if not words.strip():
        raise refused(FlowCode.BAD_VALUE, "--why", "It is not said why.", "Say it: waits for the lead.")
    return _short("--why", words.strip())


def note(words: str) -> str:
    """Return what somebody notes. Raises Mistakes where it is too long to be a note."""
    return _short("--note", words)


def competitor(name: str | None) -> str | None:
    """Return to whom a deal was lost. Raises Mistakes where it is too long to be a name."""
    return _short("--competitor", name) if name else None


def _short(where: str, words: str) -> str:
    if len(words) > _LONGEST:
        says = f"That are {len(words):,} letters."
        raise refused(FlowCode.BAD_VALUE, where, says, f"Write {_LONGEST:,} at most.")
    return words.replace("\x00", "")  # PostgreSQL has no room for it


def _near(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return f"Give one of {spelled(known)}." if near is None else f"Did you mean `{near}`?"


def no_agreement(name: str, names: Collection[str]) -> Mistakes:
    """Return what is raised where an agreement has never been published."""
    says = f"No agreement `{name[:80]}` has been published."
    return refused(FlowCode.BAD_VALUE, "--agreement", says, _near(name, names) if names else "Publish one.")
