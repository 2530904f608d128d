"""What somebody said last is taken back: who may, until when, and what is again as it was?

A verdict, or a giving since (`giving`).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from handraiser.errors import Mistakes, many
from handraiser.facts.instants import iso
from handraiser.flows import clocks
from handraiser.flows.announcing import announce
from handraiser.flows.dirty import let_go
from handraiser.flows.due import keep_due
from handraiser.flows.giving import UNTIL, given_since, ring, take_back_giving, tell_whose
from handraiser.flows.held import Giver, Held, giver_of, hold
from handraiser.flows.leaving import pass_on
from handraiser.flows.moving import audit, latest_move, stopped_by
from handraiser.flows.outcomes import lock_before_taking_back, take_back
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import ENDED, OUTCOMES, Stage
from handraiser.store.models import (
    Alarm,
    Assignment,
    Deadline,
    Episode,
    Handoff,
    Move,
    Outcome,
    Pause,
    User,
)

__all__ = ["UNTIL", "taken_back_at", "undo"]


def undo(episode: int, *, by: str, now: int, through: str = "") -> Handoff:
    """Take back one's own last verdict, or that one gave it away since: it is as it was before.

    Its clocks run on. Raises Mistakes where it was said longer ago, by somebody else or not last; where
    somebody has done something with what was given away; and where after a verdict another episode of the
    lead has begun, or is open under the same agreement: that of a lead it has been joined with.
    """
    with transaction.atomic():
        held = hold(episode)
        last = Move.objects.filter(episode=episode).order_by("-id")[0]
        user = user_named(by, where="--by")
        given = given_since(last)
        if given is not None and (given.undoes_id is None or given.by == user.email):
            giver = giver_of(held, Act.UNDO, by, through, gave=given.by == user.email)
            take_back_giving(held, given, giver, now=now)
            return held.handoff
        if not last.was:
            says = f"Nothing has been said of episode {episode} yet: there is nothing to take back."
            fix = "Who said something of it last can, or gave it away: `handraiser episode show` tells who."
            raise refused(FlowCode.NOT_THEIRS, "ID", says, fix)
        gave = last.by == user.email
        if not gave:
            _refuse_given_before(held, last, user)
        giver = giver_of(held, Act.UNDO, by, through, gave=gave)
        if last.undoes_id is not None:
            _refuse_again(last, now)
        else:
            # Who has read that it ended, and is about to begin another episode, does not; or has begun it.
            lock_before_taking_back(_outcomes_of(held))
            let_go([held.lead])
            _refuse(held, last, now)
            _take_back(held, last, giver, now)
        return held.handoff


def taken_back_at(episode: int) -> int | None:
    """Return when what was said last of an episode was taken back, None where it was not."""
    last = Move.objects.filter(episode=episode).order_by("-id").first()
    if last is None:
        return None
    latest = given_since(last) or last
    return None if latest.undoes_id is None else int(latest.at)


def _outcomes_of(held: Held) -> list[int]:
    return list(Outcome.objects.filter(episode=held.handoff.pk, undone_at=None).values_list("pk", flat=True))


def _refuse(held: Held, last: Move, now: int) -> None:
    """Raise Mistakes where what was said last is not to be taken back any more."""
    if now - last.at > UNTIL:
        minutes = (now - last.at) // 60_000_000
        says = f"What was said last of episode {held.handoff.pk} was said {many(minutes, 'minute')} ago."
        fix = f"It could be taken back for ten minutes, until {iso(last.at + UNTIL)}. Say what is so now."
        raise _not_undone(says, fix)
    later = Episode.objects.filter(lead__root=held.lead, shadow=False).exclude(pk=held.handoff.pk)
    begun = later.filter(Q(begun_at__gt=last.at) | Q(decided_at__gt=last.at)).order_by("id").first()
    if begun is not None:
        says = f"Episode {begun.pk} of the lead, under {begun.agreement}, has begun since."
        raise _not_undone(says, "Say of that one what is to be said.")
    same = Handoff.objects.filter(episode__lead__root=held.lead, agreement=held.handoff.agreement)
    other = same.filter(ended_at=None).exclude(pk=held.handoff.pk).first()
    if other is not None:
        says = f"Episode {other.pk} of the lead, which has been joined with another since, is open."
        raise _not_undone(says, "Say of that one what is to be said.")


def _refuse_again(back: Move, now: int) -> None:
    """Raise Mistakes where what was taken back is to be so again, and it is no request that came twice."""
    if now - back.at > UNTIL:
        says = f"What was said last of episode {back.episode_id} was taken back at {iso(back.at)}."
        raise _not_undone(says, "There is nothing more to take back. Say what is so now.")


def _refuse_given_before(held: Held, last: Move, user: User) -> None:
    """Raise Mistakes where somebody gave it away, and another has said something of it since."""
    given = Assignment.objects.filter(episode=held.handoff.pk).order_by("-id").first()
    if given is not None and given.by == user.email and given.behind_id is not None:
        says = f"{last.by} has said that episode {held.handoff.pk} is {last.became} since it was given away."
        raise _not_undone(says, "Say what is so now, or give it anew.")


def _not_undone(says: str, fix: str) -> Mistakes:
    return refused(FlowCode.NOT_UNDONE, "ID", says, fix)


def _take_back(held: Held, last: Move, giver: Giver, now: int) -> None:
    handoff = held.handoff
    outcome = Outcome.objects.filter(episode=handoff.pk, undone_at=None).order_by("-id").first()
    if outcome is None or OUTCOMES[outcome.stage] != last.became:
        says = f"What was said last of episode {handoff.pk} was said of the lead before it was found."
        raise _not_undone(says, "Say what is so now.")
    undone = _passed_over(last)
    first = undone[0]
    back = _move_back(held, undone, giver, now)
    take_back([outcome.pk], now=now)
    _write_handoff(held, undone)
    if last.became in ENDED:
        Alarm.objects.filter(episode=handoff.pk, closed_at=last.at).update(closed_at=None)
        Pause.objects.filter(episode=handoff.pk, ends_at=last.at).update(ends_at=None)
    had = handoff.owner
    given_back = _give_back(held, last, now) if last.became == Stage.SAL else None
    _run_again(held, last, now)
    keep_due([handoff.pk])
    audit(held, "took back a verdict", giver, now, {"was": last.became, "became": first.was})
    happened = Happened(now, by=giver.address, was=last.became, became=first.was)
    announce(held, "lead.undone", happened, occasion=back.pk, now=now)
    if given_back is not None and had is not None:
        tell_whose(held, given_back, had, now)
    if last.became in ENDED or last.became == Stage.SAL:
        pass_on(handoff.pk, by=giver.address, now=now)
        handoff.refresh_from_db()


def _passed_over(last: Move) -> list[Move]:
    """Return a move with those that were inferred from it, the first first."""
    before = Move.objects.filter(episode=last.episode_id, undone_by=None, undoes=None, id__lt=last.pk)
    found = [last]
    for each in before.order_by("-id"):
        if not (each.inferred and each.at == last.at and each.became == found[0].was):
            break
        found.insert(0, each)
    return found


def _move_back(held: Held, undone: Sequence[Move], giver: Giver, now: int) -> Move:
    """Write a move back for each; return the last of them."""
    for each in reversed(undone):
        back = Move.objects.create(
            episode=held.episode, at=now, was=each.became, became=each.was, by=giver.address,
            why="taken back", inferred=each.inferred, fingerprint=held.agreement.fingerprint, undoes=each,
        )  # fmt: skip
    return back


def _write_handoff(held: Held, undone: Sequence[Move]) -> None:
    """Write down the stage before, and nothing that came with the later ones."""
    handoff = held.handoff
    before = latest_move(handoff.pk)
    if before is None:
        raise AssertionError("an episode begins with a move")
    handoff.stage, handoff.stage_at = before.became, before.at
    if any(each.became == Stage.SAL for each in undone):
        handoff.accepted_at = handoff.accept_business = None
    if undone[-1].became in ENDED:
        handoff.ended_at = handoff.reason = None
    handoff.save(update_fields=["stage", "stage_at", "accepted_at", "accept_business", "ended_at", "reason"])


def _give_back(held: Held, last: Move, now: int) -> Assignment | None:
    """Have it be whose it was, where accepting it took it from them; return what was written of that."""
    handoff = held.handoff
    latest = list(Assignment.objects.filter(episode=handoff.pk).order_by("-id")[:2])
    taken = (last.at, "hand", last.by, handoff.owner_id)
    if not latest or (latest[0].at, latest[0].kind, latest[0].by, latest[0].user_id) != taken:
        return None
    why = "the acceptance was taken back"
    # Its team never was another: who takes a lead by hand does so as one of theirs, or as a manager.
    handoff.owner = latest[1].user if latest[1:] else None
    handoff.save(update_fields=["owner"])
    given_back = Assignment.objects.create(
        episode=held.episode, user=handoff.owner, team=handoff.team, at=now, kind="hand", by=last.by, why=why
    )
    ring(held, why, now)
    return given_back


def _run_again(held: Held, last: Move, now: int) -> None:
    """Have those clocks run again that the verdict had stopped, and that nothing else stops."""
    handoff = held.handoff
    needed = Q()
    if handoff.stage == Stage.MQL:
        needed |= Q(kind="accept", round=handoff.round) | Q(kind="expire")
    if handoff.stage in (Stage.MQL, Stage.SAL):
        done = clocks.steps_done({handoff.pk: held.agreement}).get(handoff.pk, [])
        needed |= Q(kind="follow_up") & ~Q(step__in=done)
        if handoff.contacted_at is None:
            needed |= Q(kind="contact")
    if not needed:
        return
    stopped = Deadline.objects.filter(
        needed, episode=handoff.pk, done_at=last.at, fired=False, kind__in=stopped_by(Stage(last.became))
    )
    pauses = Pause.objects.filter(episode=handoff.pk)
    stopped.update(done_at=None, held=pauses.filter(ends_at=None).exists())
    if pauses.filter(ends_at__gt=last.at).exists():
        clocks.resume(handoff.pk, now=now)
