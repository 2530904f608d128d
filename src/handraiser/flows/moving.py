"""An episode comes to another stage: what is written of it?

All of it is part of the transaction that the caller has begun, in which the hand-off is held.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from handraiser.errors import Mistakes
from handraiser.flows.announcing import announce
from handraiser.flows.clocks import stop
from handraiser.flows.due import keep_due
from handraiser.flows.held import Giver, Held, to_have
from handraiser.flows.outcomes import Said, record
from handraiser.flows.reassigning import reassign
from handraiser.flows.refusals import FlowCode, refused
from handraiser.handoff.clocks import KINDS, Clock, business_between
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.moves import NotAllowed, way
from handraiser.lifecycle.stages import ENDED, OUTCOMES, Stage
from handraiser.store.models import Alarm, Audit, Handoff, Move, Pause

__all__ = ["Barred", "Verdict", "audit", "latest_move", "move", "open_time", "stopped_by"]

_SAID = {stage: name for name, stage in OUTCOMES.items()}
"""What outcomes call a stage."""


class Barred(Mistakes):
    """An episode cannot become what was said; `allowed` are the stages that it can."""

    def __init__(self, told: Mistakes, allowed: tuple[Stage, ...]) -> None:
        super().__init__(told.diagnostics)
        self.allowed = allowed


class Verdict(NamedTuple):
    """What somebody says of an episode, checked: a stage, and what comes with it.

    at  when it was so, where that is not now
    """

    becomes: Stage
    reason: str | None = None
    note: str = ""
    misled_by: str | None = None
    amount: float | None = None
    currency: str | None = None
    expected_close: str | None = None
    competitor: str | None = None
    at: int | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What a move keeps of it besides the reason and the note."""
        names = ("misled_by", "amount", "currency", "expected_close", "competitor")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def latest_move(episode: int) -> Move | None:
    """Return the last move of an episode that stands: neither taken back nor a taking back."""
    standing = Move.objects.filter(episode=episode, undone_by=None, undoes=None)
    return standing.order_by("-id").first()


def move(held: Held, verdict: Verdict, giver: Giver, *, now: int, expired: bool = False) -> None:
    """Have a hand-off go on as somebody says, and whoever is to know of it be told.

    Who accepts what is nobody's or a colleague's, has it from then on. Raises Barred where the stage does not
    follow the one that it has.
    """
    handoff = held.handoff
    steps = _way(held, verdict.becomes, giver)
    (at,) = record([_outcome(held, verdict, giver)], now=now)
    at = at if verdict.at is None else now
    moved = _write_moves(held, steps, verdict, giver, at)
    stop([handoff.pk], stopped_by(verdict.becomes), now=at)
    _write_handoff(held, steps, verdict, at)
    keep_due([handoff.pk])
    if verdict.becomes in ENDED:
        Alarm.objects.filter(episode=handoff.pk, closed_at=None).update(closed_at=at)
        Pause.objects.filter(episode=handoff.pk, ends_at=None).update(ends_at=at)
    audit(held, f"said {_SAID[verdict.becomes]}", giver, now, {"was": moved.was, "reason": moved.why})
    if verdict.becomes is Stage.SAL:
        _take(handoff, giver, at)
    happened = Happened(
        at, by=giver.address, why=verdict.reason or "", note=verdict.note, was=moved.was,
        became=moved.became, amount=verdict.amount, currency=verdict.currency or "",
        expected_close=verdict.expected_close or "", competitor=verdict.competitor or "",
    )  # fmt: skip
    announce(held, _kind(verdict.becomes, expired=expired), happened, occasion=moved.pk, now=now)


def stopped_by(stage: Stage) -> tuple[str, ...]:
    """Return the kinds of deadlines that nobody needs any more once an episode has come to a stage."""
    if stage is Stage.LEAD:
        return ()
    return ("accept", "expire") if stage is Stage.SAL else KINDS


def open_time(held: Held, until: int) -> int | None:
    """Return the open time from the hand-off until an instant; None where there is none to count."""
    handoff = held.handoff
    if handoff.handed_at is None:
        return None
    zone = "" if handoff.owner is None else handoff.owner.timezone
    clock = Clock(held.agreement, held.episode.hand_raise, handoff.route, zone)
    pauses = [
        (begins, until if ends is None else ends)
        for begins, ends in Pause.objects.filter(episode=handoff.pk).values_list("begins_at", "ends_at")
        if begins < until
    ]
    return business_between(clock, handoff.handed_at, until, pauses)


def audit(held: Held, did: str, giver: Giver, now: int, details: dict[str, Any]) -> None:
    """Write down who did something with an episode."""
    through = {"through": giver.through} if giver.through else {}
    Audit.objects.create(
        at=now, who=giver.address, did=did, subject=f"episode {held.handoff.pk}", details=details | through
    )


def _way(held: Held, becomes: Stage, giver: Giver) -> tuple[Stage, ...]:
    try:
        return way(Stage(held.handoff.stage), becomes)
    except NotAllowed as error:
        says, _, can = str(error).partition(". ")
        owner = held.handoff.owner
        whose = ""
        if becomes is Stage.SAL and owner is not None and giver.user not in (None, owner):
            whose, can = f" It is {owner.email}'s.", f"{can} {to_have(held.handoff, giver.user)}"
        told = refused(FlowCode.NOT_ALLOWED, "ID", f"{says}, episode {held.handoff.pk} neither.{whose}", can)
        raise Barred(told, error.allowed) from None


def _outcome(held: Held, verdict: Verdict, giver: Giver) -> Said:
    return Said(
        lead=held.lead, episode=held.handoff.pk, agreement=held.handoff.agreement,
        stage=_SAID[verdict.becomes], by=giver.address, at=verdict.at, reason=verdict.reason,
        amount=verdict.amount, currency=verdict.currency, competitor=verdict.competitor,
        note=verdict.note or None, misled_by=verdict.misled_by,
    )  # fmt: skip


def _write_moves(held: Held, steps: tuple[Stage, ...], verdict: Verdict, giver: Giver, at: int) -> Move:
    """Write a move for each stage on the way; return the last."""
    was, common = held.handoff.stage, {"episode": held.episode, "at": at, "by": giver.address}
    common["fingerprint"] = held.agreement.fingerprint
    for stage in steps[:-1]:
        why = f"passed over to {verdict.becomes}"
        Move.objects.create(was=was, became=stage, why=why, inferred=True, **common)
        was = stage
    return Move.objects.create(
        was=was, became=steps[-1], why=verdict.reason or "", note=verdict.note, details=verdict.details,
        **common,
    )  # fmt: skip


def _write_handoff(held: Held, steps: tuple[Stage, ...], verdict: Verdict, at: int) -> None:
    handoff = held.handoff
    handoff.stage, handoff.stage_at = verdict.becomes, at
    if Stage.SAL in steps:
        handoff.accepted_at, handoff.accept_business = at, open_time(held, at)
    if verdict.becomes in ENDED:
        handoff.ended_at, handoff.reason = at, verdict.reason
    handoff.save(update_fields=["stage", "stage_at", "accepted_at", "accept_business", "ended_at", "reason"])


def _take(handoff: Handoff, giver: Giver, at: int) -> None:
    """Have whoever accepts own it; managers accept for whoever owns it already."""
    user = giver.user
    if user is None or handoff.owner_id == user.pk:
        return
    if handoff.owner_id is not None and user.role in ("manager", "administrator"):
        return
    reassign(handoff.pk, user.pk, kind="hand", by=giver.address, why="accepted it", now=at)
    handoff.refresh_from_db()


def _kind(stage: Stage, *, expired: bool) -> str:
    return "lead.expired" if expired else f"lead.{_SAID[stage]}"
