"""Somebody objects to being scored, or does not any more: what becomes of their scores and episodes?

To scoring they are disqualified in the meantime: that is an outcome like any other, so a replay of what is
kept decides as it was decided, and no episode begins between the two, not even in hindsight. What sales had
closed before stays as sales closed it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from handraiser.flows.dirty import forget
from handraiser.flows.held import Giver, hold
from handraiser.flows.live import live_now
from handraiser.flows.moving import Verdict, move
from handraiser.flows.outcomes import Said, record
from handraiser.lifecycle.stages import CLOSED, OUTCOMES, Stage
from handraiser.store.bulk import among, query, statement
from handraiser.store.consents import objecting
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Handoff, Outcome

__all__ = ["OBJECTED", "end_open", "settle", "unsettled"]

OBJECTED = "objected to profiling"
"""The reason of what ends because of it."""
_NOBODY = Giver("handraiser")


def unsettled(leads: Collection[int]) -> set[int]:
    """Return those of some leads of which `settle` may have something to do."""
    if not query("SELECT 1 FROM store_consent LIMIT 1"):
        return set()
    condition, parameters = among("person.root_id", leads)
    closed = query(
        "SELECT DISTINCT person.root_id FROM store_outcome AS outcome "
        f"JOIN store_person AS person ON person.id = outcome.person_id WHERE reason = %s AND {condition}",
        [OBJECTED, *parameters],
    )
    objectors = objecting(leads)
    return objectors | {lead for (lead,) in closed if _closing(lead, objected=True)}


def settle(lead: int, *, now: int, giver: Giver = _NOBODY) -> None:
    """Have a lead that objects be left alone, and one that does not any more be looked at again.

    Within the caller's transaction. Where all is as it should be, nothing is written.
    """
    alone(RESOLVING)
    if objecting([lead]):
        _leave_alone(lead, OBJECTED, now=now, giver=giver)
        return
    for agreement, outcome in _closing(lead, objected=True).items():
        held = None if outcome.episode_id is None else hold(outcome.episode_id)
        if held is not None and held.handoff.stage == Stage.DISQUALIFIED:
            move(held, Verdict(Stage.LEAD), giver, now=now)
        else:
            record([Said(lead, None, agreement, "reopened", giver.address)], now=now)


def _leave_alone(lead: int, why: str, *, now: int, giver: Giver = _NOBODY) -> None:
    """Have nothing be computed of a lead any more: what is open ends, and nothing begins.

    Within the caller's transaction, which decides that nobody looks at it again.
    """
    end_open(lead, why, now=now, giver=giver)
    closed = _closing(lead)
    names = dict.fromkeys(one.agreement.name for one in live_now(now))
    record(
        [
            Said(lead, None, name, "disqualified", giver.address, reason=why)
            for name in names
            if name not in closed
        ],
        now=now,
    )
    forget([lead])
    statement("DELETE FROM store_standing WHERE lead_id = %s", [lead])


def end_open(lead: int, why: str, *, now: int, giver: Giver = _NOBODY) -> None:
    """Have all open episodes of a lead end, and their owners be told; within the caller's transaction."""
    alone(RESOLVING)
    theirs = Handoff.objects.filter(episode__lead__root=lead, ended_at=None).order_by("pk")
    for episode in list(theirs.values_list("pk", flat=True)):
        move(hold(episode), Verdict(Stage.DISQUALIFIED, why), giver, now=now)


def _closing(lead: int, *, objected: bool = False) -> dict[str, Outcome]:
    """Return by agreement what closes a lead last; `objected`: only where nothing but an objection does."""
    said = list(Outcome.objects.filter(person__root=lead, undone_at=None).order_by("at", "id"))
    closed: dict[str, list[Outcome]] = {}
    for each in said:
        names = [each.agreement] if each.agreement else [*closed, *_agreements_of(said)]
        for name in dict.fromkeys(names):
            if OUTCOMES.get(each.stage) in CLOSED:
                closed.setdefault(name, []).append(each)
            elif each.stage == "reopened":
                closed.pop(name, None)
    return {
        name: several[-1]
        for name, several in closed.items()
        if not objected or all(each.reason == OBJECTED for each in several)
    }


def _agreements_of(said: Sequence[Outcome]) -> list[str]:
    """Return the agreements that outcomes name, and those that any lead was ever decided by."""
    named = {each.agreement for each in said if each.agreement}
    return sorted(named | {name for (name,) in query("SELECT DISTINCT name FROM store_publication")})
