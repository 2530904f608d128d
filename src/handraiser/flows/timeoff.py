"""Who is away when, who takes their place, and what becomes of the leads that are theirs?"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from handraiser.facts.instants import iso
from handraiser.flows.belongings import keep_still, open_episodes
from handraiser.flows.by_and_by import by_and_by
from handraiser.flows.held import hold_all
from handraiser.flows.live import live_at
from handraiser.flows.reassigning import reassign_all
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.handoff.availability import said_when
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, TimeOff, User

__all__ = ["add_time_off", "hand_over", "remove_time_off", "zone_of"]

_BY = "handraiser"


def zone_of(user: User, now: int) -> str:
    """Return by whose clock somebody's days are counted: by their own, else by that of what is live.

    Where several agreements are live, by that of the first; without any, UTC.
    """
    own = str(user.timezone)
    return own or next((one.agreement.timezone for one in live_at(now) if not one.shadow), "UTC")


def add_time_off(
    email: str, *, begins_at: int, ends_at: int, cover: str | None, why: str, who: str, now: int
) -> TimeOff:
    """Return the time off that is written down now; when it begins, what is theirs is handed over.

    Raises Mistakes where nobody has the address, it ends before it begins or has ended, or they are their
    own cover.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(email, where="EMAIL")
        standing_in = user_named(cover, where="--cover") if cover else None
        if standing_in == user:
            fix = "Name somebody else, or leave it out: then the routes give their leads to others."
            raise refused(FlowCode.BAD_TIME_OFF, "--cover", f"{user.email} is who is away.", fix)
        if ends_at <= begins_at:
            says = f"It ends at {iso(ends_at)}, and begins no earlier."
            fix = "Give the instant from which on they are back: of a last day off, the day after."
            raise refused(FlowCode.BAD_TIME_OFF, "--until", says, fix)
        if ends_at <= now:
            fix = "Give an instant to come."
            raise refused(FlowCode.BAD_TIME_OFF, "--until", f"{iso(ends_at)} has passed.", fix)
        made = TimeOff.objects.create(
            user=user, begins_at=begins_at, ends_at=ends_at, cover=standing_in, why=why, created_at=now
        )
        details = {
            "number": made.pk, "from": iso(begins_at), "until": iso(ends_at),
            "cover": standing_in.email if standing_in else None, "why": why,
        }  # fmt: skip
        Audit.objects.create(
            at=now, who=who, did="added time off", subject=f"user {user.email}", details=details
        )
    return made


def remove_time_off(number: str, *, who: str, now: int) -> TimeOff:
    """Return the time off that is no more; where it has begun, who was away is back now. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        whole = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
        found = TimeOff.objects.filter(pk=whole, ends_at__gt=now).select_related("user").first()
        if found is None:
            says = f"There is no time off {number} that has not ended."
            fix = "`handraiser away list` shows them with their numbers."
            raise refused(FlowCode.NO_SUCH_TIME_OFF, "ID", says, fix)
        if found.begins_at < now:
            # That they were away stays known.
            TimeOff.objects.filter(pk=whole).update(ends_at=now)
        else:
            TimeOff.objects.filter(pk=whole).delete()
        subject = f"user {found.user.email}"
        Audit.objects.create(
            at=now, who=who, did="removed time off", subject=subject, details={"number": whole}
        )
    return found


def hand_over(now: int, most: int = 20) -> int:
    """Hand over what is whose of those whose time off has begun, once; return of how many.

    To the cover, who has not left and is not away, else by the routes. Any number of workers may call it.
    Some leads go at a time, and others come between; whoever is killed leaves the rest to the next.
    """
    begun = TimeOff.objects.filter(handed_over_at=None, begins_at__lte=now).order_by("begins_at", "id")
    return sum(_hand_over(each, now) for each in begun.select_related("user")[:most])


def _hand_over(off: TimeOff, now: int) -> bool:
    """Hand over what is theirs who are away; return whether it was this caller who was done first."""
    tried: set[int] = set()
    while True:
        with transaction.atomic():
            keep_still([off.user_id])
            # What a verdict taken back has made theirs again meanwhile is handed over too.
            rest = [each for each in open_episodes(off.user_id) if each not in tried]
            if not rest or off.ends_at <= now or not _stands(off):
                done = TimeOff.objects.filter(pk=off.pk, handed_over_at=None).update(handed_over_at=now)
                return bool(done)
        tried.update(rest)
        says = f"Episode {{episode}} cannot be handed over, and stays {off.user.email}'s: give it to another."
        by_and_by(rest, lambda some: _give_on(off, some, now), says=says)


def _give_on(off: TimeOff, episodes: Sequence[int], now: int) -> None:
    """Give those of some hand-offs on that are still theirs who are away."""
    place = {episode: at for at, episode in enumerate(episodes)}
    held = [each for each in hold_all(episodes) if each.handoff.owner_id == off.user_id]
    if not held or not _stands(off):
        return
    held.sort(key=lambda each: place[each.handoff.pk])
    away = off.user
    why = f"{away.name or away.email} is away until {said_when(off.ends_at, zone_of(away, now), now)}"
    to = off.cover_id if off.cover_id is not None and _is_there(off.cover_id, now) else None
    reassign_all(held, to, kind="reassign" if to is None else "cover", by=_BY, why=why, now=now)


def _stands(off: TimeOff) -> bool:
    """Return whether it is as it was: somebody may be back, or it may be handed over."""
    return TimeOff.objects.filter(pk=off.pk, ends_at=off.ends_at, handed_over_at=None).exists()


def _is_there(user: int, now: int) -> bool:
    away = TimeOff.objects.filter(user=user, begins_at__lte=now, ends_at__gt=now)
    return User.objects.filter(pk=user, left_at=None).exists() and not away.exists()
