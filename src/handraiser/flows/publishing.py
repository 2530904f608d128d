"""From when on does an agreement decide, and who has signed it?"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.facts.instants import iso
from handraiser.flows.handing_history import history_waiting
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.sides import HERE, SIDES
from handraiser.flows.users import user_named
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, Publication, User

__all__ = [
    "Here", "Published", "Signatures", "Signed", "live_of", "publish", "publish_here",
    "publish_signed",
]  # fmt: skip


class Signatures(NamedTuple):
    """Who signs for each side, by e-mail address."""

    marketing: str
    sales: str


class Signed(NamedTuple):
    """Who has signed for each side; None: nobody, which is enough for a shadow."""

    marketing: User | None
    sales: User | None


class Published(NamedTuple):
    """What is published now.

    before  what it takes the place of, or runs beside
    until   when one that was published before takes its place in turn
    history  how many open episodes of its name were recorded as history and are handed off when it begins
    """

    publication: Publication
    before: Agreement | None
    before_since: int | None
    until: int | None
    history: int = 0


class Here(NamedTuple):
    """Whether what is given to `serve` is published by that.

    new    False where it, or another of its name that stays, decides already
    stays  what people have signed, and means something else
    """

    new: bool
    stays: Publication | None = None


class _Others(NamedTuple):
    """What has been published under the name, in order of time."""

    live: list[Publication]
    shadows: list[Publication]


def publish(
    agreement: Agreement,
    *,
    signed: Signatures | None,
    live_from: int | None,
    shadow: bool,
    who: str,
    now: int,
    hand_off: bool = False,
) -> Published:
    """Write down that an agreement decides from an instant on (now, unless said), or runs beside as a shadow.

    One transaction, with who signed; a shadow may go without. With `hand_off` sales gets also who was an MQL
    by it before, those too whose open episode is recorded as history. Raises Mistakes where who signs may
    not, where nothing would change, and where it would begin in a past that another has decided.
    """
    if signed is None and not shadow:
        raise ValueError("what is to decide is signed by both sides")
    with transaction.atomic():
        alone(GOVERNING)
        return publish_signed(
            agreement,
            _signers(signed),
            live_from=live_from,
            shadow=shadow,
            who=who,
            now=now,
            hand_off=hand_off,
        )


def publish_signed(
    agreement: Agreement,
    signed: Signed,
    *,
    live_from: int | None,
    shadow: bool,
    who: str,
    now: int,
    hand_off: bool = False,
    ends: bool = False,
) -> Published:
    """Do what `publish` does with who has signed already, within the caller's transaction and its lock.

    ends  from that instant on nothing of the name is live instead, or runs beside
    """
    others = _others(agreement.name)
    soonest = _soonest(others, now, shadow=shadow)
    at = soonest if live_from is None else live_from
    _check_start(others, at, shadow=shadow, now=soonest)
    before = _latest(others.live, at)
    running = _latest(others.shadows, at) if shadow else None
    history = history_waiting(agreement.name) if hand_off else 0
    if not ends:
        # Who wants these handed off wants something new of the same agreement.
        _check_news(agreement, None if history else before, running)
    marketing, sales = signed
    made = Publication.objects.create(
        name=agreement.name, text=_text(agreement), fingerprint=agreement.fingerprint, shadow=shadow,
        hand_off=hand_off, ends=ends,
        live_from=at, published_at=now, marketing=marketing, sales=sales,
    )  # fmt: skip
    details = {
        "publication": made.pk, "fingerprint": made.fingerprint, "live_from": iso(at), "shadow": shadow,
        "hand_off": hand_off, "history": history,
        "marketing": marketing.email if marketing else None, "sales": sales.email if sales else None,
    }  # fmt: skip
    subject = f"agreement {made.name}"
    Audit.objects.create(
        at=now, who=who, did="ended" if ends else "published", subject=subject, details=details
    )
    later = [each.live_from for each in (others.shadows if shadow else others.live) if each.live_from > at]
    return Published(
        made,
        load(before.text, file=f"publication {before.pk}") if before else None,
        before.live_from if before else None,
        min(later, default=None),
        history,
    )


def live_of(name: str, now: int, *, shadow: bool = False) -> Publication | None:
    """Return what of a name is live at an instant, or runs beside; None: nothing."""
    others = _others(name)
    beside = _latest(others.shadows, now) if shadow else None
    live = _latest(others.live, now)
    if not shadow:
        return live
    if beside is None or live is None:
        return beside
    return beside if (beside.live_from, beside.pk) > (live.live_from, live.pk) else None


def publish_here(agreement: Agreement, *, now: int) -> Here:
    """Have an agreement decide from now on, signed for both sides by whoever runs this.

    It takes the place of what was published so, and of nothing that people have signed: that stays.
    """
    with transaction.atomic():
        alone(GOVERNING)
        for role in (User.Role.MARKETING, User.Role.SALES):
            User.objects.get_or_create(
                email=f"{role}@{HERE}",
                defaults={"role": role, "created_at": now, "name": "whoever runs this"},
            )
        others = _others(agreement.name)
        latest = _latest(others.live, _soonest(others, now, shadow=False))
        if latest is not None and latest.fingerprint == agreement.fingerprint:
            return Here(new=False)
        ended = next((each for each in reversed(others.live) if each.live_from <= now), None)
        for stays in (latest, ended):
            if stays is not None and not _signed_here(stays):
                return Here(new=False, stays=stays)
        signed = Signatures(f"{User.Role.MARKETING}@{HERE}", f"{User.Role.SALES}@{HERE}")
        publish(agreement, signed=signed, live_from=None, shadow=False, who="serve", now=now)
    return Here(new=True)


def _signed_here(publication: Publication) -> bool:
    return all(
        user is not None and user.email.endswith(f"@{HERE}")
        for user in (publication.marketing, publication.sales)
    )


def _text(agreement: Agreement) -> str:
    """Return the text in several lines: one alone would be taken for the name of a file."""
    return agreement.source if "\n" in agreement.source else f"{agreement.source}\n"


def _signers(signed: Signatures | None) -> Signed:
    if signed is None:
        return Signed(None, None)
    marketing = user_named(signed.marketing, where="--marketing")
    sales = user_named(signed.sales, where="--sales")
    if marketing == sales:
        says = f"{marketing.email} cannot sign for both sides."
        raise refused(
            FlowCode.ONE_FOR_BOTH, "--sales", says, "Two people sign: one of marketing, one of sales."
        )
    for user, side in ((marketing, "marketing"), (sales, "sales")):
        if SIDES.get(User.Role(user.role)) != side:
            says = f"{user.email} has the role {user.role}, and cannot sign for {side}."
            fix = f"Name somebody of {side}: `handraiser user list` shows them."
            raise refused(FlowCode.WRONG_ROLE, f"--{side}", says, fix)
    return Signed(marketing, sales)


def _others(name: str) -> _Others:
    found = list(
        Publication.objects.filter(name=name).order_by("live_from", "id").select_related("marketing", "sales")
    )
    return _Others([each for each in found if not each.shadow], [each for each in found if each.shadow])


def _latest(publications: list[Publication], at: int) -> Publication | None:
    """Return what decides at an instant, None where nothing does, or what did has been ended."""
    latest = next((each for each in reversed(publications) if each.live_from <= at), None)
    return None if latest is None or latest.ends else latest


def _soonest(others: _Others, now: int, *, shadow: bool) -> int:
    """Return now, or the instant after what has begun already, where that was by a clock that is ahead."""
    same = [*others.live, *(others.shadows if shadow else ())]
    begun = (each.live_from + 1 for each in same if each.begun_at is not None)
    return int(max([now, *begun]))


def _check_start(others: _Others, at: int, *, shadow: bool, now: int) -> None:
    """What has been decided under a name stays decided; so only the first of it may begin in the past."""
    same = others.shadows if shadow else others.live
    if any(each.live_from == at for each in same):
        says = f"Another of this name begins at {iso(at)} already."
        raise refused(FlowCode.BAD_START, "--at", says, "Give another instant.")
    decided = [each.live_from for each in (*same, *others.live) if each.live_from <= now]
    if at < now and decided:
        says = f"Since {iso(max(decided))} leads have been decided by another of this name."
        fix = "Leave --at out, for now, or give an instant to come."
        raise refused(FlowCode.BAD_START, "--at", says, fix)


def _check_news(agreement: Agreement, live: Publication | None, running: Publication | None) -> None:
    for each, what in ((live, "what is live"), (running, "the shadow that runs")):
        if each is not None and each.fingerprint == agreement.fingerprint:
            says = f"It means the same as {what} since {iso(each.live_from)}: nothing would change."
            fix = "Leave it, or change what counts; titles, comments and order of keys do not."
            raise refused(FlowCode.NOTHING_NEW, "AGREEMENT", says, fix)
