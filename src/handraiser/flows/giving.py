"""Somebody gives a lead to another, and takes that back: whose is it then, and which clock runs?

A verdict is taken back by a move back (`undoing`); a giving by another giving, which names the one it undoes.
"""

from __future__ import annotations

from django.db.models import Q

from handraiser.errors import Mistakes, many
from handraiser.facts.instants import iso
from handraiser.flows.announcing import announce
from handraiser.flows.due import keep_due
from handraiser.flows.held import Giver, Held
from handraiser.flows.leaving import pass_on
from handraiser.flows.moving import audit
from handraiser.flows.reassigning import reassign
from handraiser.flows.refusals import FlowCode, refused
from handraiser.handoff.messages import Happened
from handraiser.store.models import Alarm, Assignment, Deadline, LogEntry, Move, Pause, User

__all__ = ["UNTIL", "give_away", "given_since", "ring", "take_back_giving", "tell_whose"]

UNTIL = 600_000_000
"""For so long what somebody said or gave can be taken back, in microseconds."""


def give_away(held: Held, to: User, giver: Giver, *, why: str, now: int) -> None:
    """Give an open hand-off to somebody else, and keep what it takes to take that back.

    Within the caller's transaction, in which it is held.
    """
    handoff = held.handoff
    was = {"was_round": handoff.round, "was_round_at": handoff.round_at}
    last = Move.objects.filter(episode=handoff.pk).latest("id")
    reassign(handoff.pk, to.pk, kind="hand", by=giver.address, why=why, now=now)
    given = Assignment.objects.filter(episode=handoff.pk).latest("id")
    Assignment.objects.filter(pk=given.pk).update(behind=last, **was)
    handoff.refresh_from_db()
    audit(held, "assigned", giver, now, {"to": to.email})


def given_since(last: Move) -> Assignment | None:
    """Return what was given away by hand since the last move of an episode, or taken back; the latest."""
    return Assignment.objects.filter(episode=last.episode_id, behind=last).order_by("-id").first()


def take_back_giving(held: Held, given: Assignment, giver: Giver, *, now: int) -> None:
    """Have a hand-off be whose it was before it was given away; its clocks run as they ran then.

    Within the caller's transaction. Raises Mistakes where it was given longer ago, or somebody has done
    something with it since. What was taken back just now is no mistake: the request came twice.
    """
    if given.undoes_id is not None:
        _refuse_again(given, now)
        return
    _refuse(held, given, now)
    handoff, had = held.handoff, held.handoff.owner
    before = Assignment.objects.filter(episode=handoff.pk, id__lt=given.pk).order_by("-id").first()
    handoff.owner = None if before is None else before.user
    begun, handoff.round, handoff.round_at = handoff.round, given.was_round or 0, given.was_round_at
    handoff.save(update_fields=["owner", "round", "round_at"])
    back = Assignment.objects.create(
        episode=held.episode, user=handoff.owner, team=None, at=now, kind="hand", by=giver.address,
        why="taken back", undoes=given, behind=given.behind,
    )  # fmt: skip
    ring(held, back.why, now)
    if begun != handoff.round:
        _run_as_before(held, given, begun, now)
    keep_due([handoff.pk])
    audit(
        held, "took back a giving", giver, now, {"to": "" if handoff.owner is None else handoff.owner.email}
    )
    if had is not None:
        tell_whose(held, back, had, now)
    pass_on(handoff.pk, by=giver.address, now=now)
    handoff.refresh_from_db()


def ring(held: Held, why: str, now: int) -> None:
    """Have an alarm say that a hand-off is nobody's again; sales never had what is from history."""
    if held.handoff.owner is None and held.handoff.handed_at is not None:
        Alarm.objects.get_or_create(
            episode=held.episode, kind="unassigned", closed_at=None, defaults={"why": why, "opened_at": now}
        )


def tell_whose(held: Held, given_back: Assignment, had: User, now: int) -> None:
    """Tell whose it is again; of one from history that is nobody's again there is nothing to tell."""
    owner = held.handoff.owner
    happened = Happened(now, by=given_back.by, why=given_back.why, was=had.email)
    if owner is not None:
        happened = happened._replace(became=owner.email)
        announce(held, "lead.assigned", happened, occasion=given_back.pk, now=now, former=had.pk)
    elif held.handoff.handed_at is not None:
        alarm = Alarm.objects.filter(episode=held.handoff.pk, closed_at=None).latest("id")
        announce(held, "lead.unassigned", happened, occasion=alarm.pk, now=now)


def _refuse_again(back: Assignment, now: int) -> None:
    if now - back.at > UNTIL:
        says = f"Episode {back.episode_id} was given back at {iso(back.at)}."
        raise _not_undone(says, "There is nothing more to take back. Say what is so now.")


def _refuse(held: Held, given: Assignment, now: int) -> None:
    """Raise Mistakes where a giving is not to be taken back any more."""
    episode = held.handoff.pk
    if now - given.at > UNTIL:
        says = f"Episode {episode} was given away {many((now - given.at) // 60_000_000, 'minute')} ago."
        fix = f"It could be taken back for ten minutes, until {iso(given.at + UNTIL)}. Give it anew."
        raise _not_undone(says, fix)
    later = Assignment.objects.filter(episode=episode, id__gt=given.pk).order_by("-id").first()
    if later is not None:
        raise _acted(episode, later.by, "has given it to somebody else")
    logged = LogEntry.objects.filter(episode=episode, logged_at__gte=given.at).order_by("-id").first()
    if logged is not None:
        raise _acted(episode, logged.by, f"has logged a {logged.kind}")
    ended = Q(begins_at__gte=given.at) | Q(ends_at__gte=given.at)
    pause = Pause.objects.filter(ended, episode=episode).order_by("-id").first()
    if pause is not None:
        raise _acted(episode, pause.by, "has had its clocks stand still, or go on,")


def _acted(episode: int, who: str, did: str) -> Mistakes:
    return _not_undone(f"{who} {did} since episode {episode} was given away.", "Give it anew.")


def _not_undone(says: str, fix: str) -> Mistakes:
    return refused(FlowCode.NOT_UNDONE, "ID", says, fix)


def _run_as_before(held: Held, given: Assignment, begun: int, now: int) -> None:
    """Have the clock of the round before run again instead of the one that had begun with the giving."""
    accept = Deadline.objects.filter(episode=held.handoff.pk, kind="accept", fired=False)
    accept.filter(round=begun, done_at=None).update(done_at=now)
    paused = Pause.objects.filter(episode=held.handoff.pk, ends_at=None).exists()
    accept.filter(round=held.handoff.round, done_at=given.at).update(done_at=None, held=paused)
