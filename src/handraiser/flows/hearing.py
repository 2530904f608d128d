"""Somebody else knows what became of a lead, such as a CRM: what follows?"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.flows import spoken
from handraiser.flows.dirty import let_go, mark_dirty
from handraiser.flows.held import Giver, Held, giver_of, hold
from handraiser.flows.moving import Verdict
from handraiser.flows.outcomes import Said, record
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.flows.verdicts import give
from handraiser.lifecycle.moves import ALLOWED
from handraiser.lifecycle.saying import Act, bonds, may
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit, Handoff, Outcome, Person, Publication, User

__all__ = ["Heard", "hear"]

_ACTS = {
    Stage.SAL: Act.ACCEPT,
    Stage.SQL: Act.SQL,
    Stage.OPPORTUNITY: Act.OPPORTUNITY,
    Stage.CUSTOMER: Act.WON,
    Stage.LOST: Act.LOST,
    Stage.RECYCLED: Act.RECYCLE,
    Stage.DISQUALIFIED: Act.DISQUALIFY,
    Stage.LEAD: Act.REOPEN,
}


class Heard(NamedTuple):
    """What became of what somebody said: the outcomes that are kept, one for each episode that it is of."""

    lead: int
    outcomes: tuple[int, ...]


def hear(
    lead: int, stage: str, verdict: Verdict, *, agreement: str = "", by: str = "", through: str, now: int
) -> Heard:
    """Keep what became of a lead, as its own or another system knows it.

    Where the lead has an episode under the agreement that it is about, it is a verdict on that one, with the
    moves that it takes; of an agreement without one it is kept as it is, and skips the MQL. What has been
    said already, by the same in the same words, is not kept twice.

    stage      by the name that outcomes have; `verdict` has what comes with it
    agreement  its name; empty for whichever the lead has an open episode under, and without any for all
    by         the address of a user, who has to be allowed to; empty where `through`, a program, says it

    Raises Mistakes.
    """
    said = verdict._replace(becomes=spoken.stage(stage))
    if said.at is not None:
        spoken.said_at(said.at, now=now)
    _known(agreement)
    with transaction.atomic():
        root, user = _root(lead), user_named(by, where="--by") if by else None
        # Who is about to begin an episode of it has done so, or sees what is said here.
        alone(RESOLVING)
        mark_dirty({root: now})
        let_go([root])
        who = Giver(through) if user is None else Giver(user.email, user, through)
        held = [hold(episode) for episode in _meant(root, said.becomes, agreement)]
        known = None if held else _known_already(root, stage, said, agreement, who)
        if known is not None:
            return Heard(root, (known,))
        if not held:
            return Heard(root, (_keep(root, stage, said, agreement, who, now),))
        # Of several agreements one may be further already; refused is what none of them takes.
        held = [each for each in held if said.becomes in ALLOWED[Stage(each.handoff.stage)]] or held
        for each in held:
            giver = who if user is None else giver_of(each, _ACTS[said.becomes], by, through)
            give(each, said, giver, now=now)
        return Heard(root, tuple(_latest(each) for each in held))


def _known(agreement: str) -> None:
    if agreement:
        names = sorted(set(Publication.objects.values_list("name", flat=True)))
        if agreement not in names:
            raise spoken.no_agreement(agreement, names)


def _root(lead: int) -> int:
    person = Person.objects.filter(pk=lead).select_related("root").first()
    if person is None or person.root.lead_since is None:
        fix = "`handraiser outcome` takes the id of a lead, as the API has it."
        raise refused(FlowCode.NO_SUCH_EPISODE, "LEAD", f"There is no lead {lead}.", fix)
    return int(person.root_id)


def _meant(root: int, becomes: Stage, agreement: str) -> list[int]:
    """Return the episodes that something is said of: those that are open, or the last, which is reopened."""
    handoffs = Handoff.objects.filter(episode__lead__root=root).order_by("episode")
    if agreement:
        handoffs = handoffs.filter(agreement=agreement)
    if becomes is not Stage.LEAD:
        return list(handoffs.filter(stage__in=OPEN).values_list("pk", flat=True))
    last = {name: number for number, name in handoffs.values_list("pk", "agreement")}
    closed = handoffs.filter(pk__in=last.values(), stage__in=("customer", "lost", "disqualified"))
    return list(closed.values_list("pk", flat=True))


def _latest(held: Held) -> int:
    return int(Outcome.objects.filter(episode=held.handoff.pk, undone_at=None).latest("id").pk)


def _known_already(root: int, stage: str, said: Verdict, agreement: str, who: Giver) -> int | None:
    """Return the latest outcome of a lead, where it is just this."""
    known = Outcome.objects.filter(person__root=root, undone_at=None)
    if agreement:
        known = known.filter(agreement=agreement)
    latest = known.order_by("-id").first()
    if latest is None or said.at not in (None, latest.at):
        return None
    then = (latest.stage, latest.by, latest.reason, latest.amount, latest.competitor, latest.note or "")
    now = (stage, who.address, said.reason, said.amount, said.competitor, said.note)
    return int(latest.pk) if then == now else None


def _keep(root: int, stage: str, said: Verdict, agreement: str, who: Giver, now: int) -> int:
    """Keep an outcome of a lead that has no episode for it; return its number."""
    if who.user is not None:
        _may(who.user, said.becomes)
    said = said._replace(amount=spoken.amount(said.amount), currency=spoken.currency(said.currency))
    record([Said(
        lead=root, episode=None, agreement=agreement, stage=stage, by=who.address, at=said.at,
        reason=said.reason, amount=said.amount, currency=said.currency,
        competitor=spoken.competitor(said.competitor), note=spoken.note(said.note) or None,
    )], now=now)  # fmt: skip
    through = {"through": who.through} if who.through else {}
    Audit.objects.create(
        at=now, who=who.address, did=f"said {stage}", subject=f"lead {root}",
        details={"agreement": agreement} | through,
    )  # fmt: skip
    return int(Outcome.objects.filter(person__root=root, episode=None).latest("id").pk)


def _may(user: User, becomes: Stage) -> None:
    """Raise Mistakes where a user may not say that of a lead which is nobody's."""
    act = _ACTS[becomes]
    # All of sales may, as of their own.
    if not may(act, bonds(user.role, owns=user.role == "sales")):
        says = f"{user.email}, of the role {user.role}, may not {act} a lead."
        raise refused(FlowCode.NOT_THEIRS, "--by", says, "Somebody of sales or a manager may.")
