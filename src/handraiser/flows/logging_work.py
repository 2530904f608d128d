"""What has sales done about a lead, what does it wait for, and whose is it from now on?

Each verb is one transaction, or a part of the one that its caller has begun; see `verdicts` for `by`, `now`
and `through`. None of these is a verdict: the stage stays what it is.
"""

from __future__ import annotations

from django.db import transaction

from handraiser.flows import clocks, spoken
from handraiser.flows.announcing import announce
from handraiser.flows.due import keep_due
from handraiser.flows.giving import give_away
from handraiser.flows.held import Giver, Held, giver_of, has_ended, hold
from handraiser.flows.moving import audit, open_time
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.handoff.messages import Happened
from handraiser.lifecycle.saying import Act
from handraiser.store.models import Handoff, LogEntry, Pause

__all__ = ["assign", "log", "pause", "resume"]

_NOTE = "note"
_AGAIN = 30_000_000  # within which the same is a request that was sent again


def log(
    episode: int, *, kind: str, by: str, now: int, at: int | None = None, note: str = "", through: str = ""
) -> Handoff:
    """Write down what sales did: call, email, meeting, note, or a step of the agreement's follow-up.

    The first that is no note is first contact. The first step of the follow-up that asks for it, and for
    which nothing has been logged, is done.

    at  when it was done, where that is not now: not before the hand-off, and not to come
    """
    with transaction.atomic():
        held, giver = _open(episode, Act.LOG, by, through)
        did = spoken.work(held.agreement, kind)
        done_at = spoken.done_at(at, since=held.begun_at, now=now)
        words = spoken.note(note)
        same = LogEntry.objects.filter(episode=episode, kind=did, by=giver.address, note=words)
        # What comes again without an instant of its own is a request that was sent again.
        same = same.filter(at=done_at) if at is not None else same.filter(logged_at__gt=now - _AGAIN)
        if not same.exists():
            _log(held, LogEntry(
                episode=held.episode, kind=did, at=done_at, logged_at=now, by=giver.address, note=words
            ), giver, now)  # fmt: skip
            keep_due([episode])
        return held.handoff


def _log(held: Held, entry: LogEntry, giver: Giver, now: int) -> None:
    handoff = held.handoff
    before = LogEntry.objects.filter(episode=handoff.pk, kind=entry.kind).count()
    entry.save()
    audit(held, f"logged a {entry.kind}", giver, now, {"at": entry.at})
    if entry.kind == _NOTE:
        return
    asked = [step for step, each in enumerate(held.agreement.handoff.follow_up) if each.do == entry.kind]
    if before < len(asked):
        clocks.stop([handoff.pk], ["follow_up"], now=now, step=asked[before])
    first = handoff.contacted_at is None
    if handoff.contacted_at is not None and handoff.contacted_at <= entry.at:
        return
    # Whatever was logged later may have been done before.
    handoff.contacted_at, handoff.contact_business = entry.at, open_time(held, entry.at)
    handoff.save(update_fields=["contacted_at", "contact_business"])
    if first:
        clocks.stop([handoff.pk], ["contact"], now=now)
        happened = Happened(now, by=giver.address, note=entry.note, did=entry.kind)
        announce(held, "lead.contacted", happened, occasion=0, now=now)


def pause(episode: int, *, why: str, by: str, now: int, through: str = "") -> Handoff:
    """Have the clocks of a hand-off stand still, because of something that sales waits for."""
    with transaction.atomic():
        held, giver = _open(episode, Act.PAUSE, by, through)
        words = spoken.why(why)
        standing = Pause.objects.filter(episode=episode, ends_at=None).first()
        if standing is not None:
            if (standing.why, standing.by) == (words, giver.address):
                return held.handoff
            says = f"The clocks of episode {episode} stand still already: {standing.why}"
            fix = "`resume` has them run again; then pause them for another reason."
            raise refused(FlowCode.NOT_RUNNING, "ID", says, fix)
        row = Pause.objects.create(episode=held.episode, why=words, by=giver.address, begins_at=now)
        clocks.hold(episode, now=now)
        audit(held, "paused", giver, now, {"why": words})
        announce(held, "lead.paused", Happened(now, by=giver.address, why=words), occasion=row.pk, now=now)
        return held.handoff


def resume(episode: int, *, by: str, now: int, through: str = "") -> Handoff:
    """Have the clocks of a hand-off run again; what is due is due as much later as they stood still."""
    with transaction.atomic():
        held, giver = _open(episode, Act.RESUME, by, through)
        row = Pause.objects.filter(episode=episode).order_by("-id").first()
        if row is None:
            says = f"The clocks of episode {episode} do not stand still."
            raise refused(FlowCode.NOT_RUNNING, "ID", says, "`pause` has them stand still, for a reason.")
        if row.ends_at is not None:
            return held.handoff
        row.ends_at = now
        row.save(update_fields=["ends_at"])
        clocks.resume(episode, now=now)
        audit(held, "resumed", giver, now, {})
        announce(held, "lead.resumed", Happened(now, by=giver.address), occasion=row.pk, now=now)
        return held.handoff


def assign(episode: int, *, to: str, by: str, now: int, why: str = "", through: str = "") -> Handoff:
    """Give an open hand-off to a user who has not left; where it is not accepted, they have to anew."""
    with transaction.atomic():
        held, giver = _open(episode, Act.ASSIGN, by, through)
        user = user_named(to, where="--to")
        if user.role in ("viewer", "marketing"):
            says = f"{user.email} is of the role {user.role}, and sells nothing."
            raise refused(FlowCode.NOT_THEIRS, "--to", says, "Give it to somebody of sales, or a manager.")
        if held.handoff.owner_id != user.pk:
            words = spoken.note(why) or f"given by {giver.address}"
            give_away(held, user, giver, why=words, now=now)
        return held.handoff


def _open(episode: int, act: Act, by: str, through: str) -> tuple[Held, Giver]:
    held = hold(episode)
    giver = giver_of(held, act, by, through)
    if not held.is_open:
        raise has_ended(held)
    return held, giver
