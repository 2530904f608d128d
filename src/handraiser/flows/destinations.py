"""Who is told of what happens? Destinations come, are changed, told nothing for a while, and told again.

Each change is one transaction and stands in the audit. Secrets never do, nor what is behind the host in URLs:
it may let in whoever knows it. Those of channels are secrets themselves, and kept as such.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from handraiser.agreement.vocabulary import nearest, spelled
from handraiser.capture.addresses import normal_address
from handraiser.connectors.addresses import Allowed, BarredError, url_of
from handraiser.connectors.ladder import SECOND
from handraiser.connectors.signing import new_secret
from handraiser.errors import Mistakes, many
from handraiser.flows.outbox import ADDRESSED_BY_ROLE
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.sealing import sealed
from handraiser.handoff.messages import KINDS
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, Destination, Informed, Outgoing, Publication

__all__ = [
    "Made", "Removed", "Wanted", "add", "destination_named", "disable", "enable", "move", "remove",
    "renew_secret", "shown_address",
]  # fmt: skip

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_HIDDEN = ("slack", "teams")
# Who is told by their role is told what they have to do, unless more is asked for.
_FOR_ROLE = {
    "owner": ["lead.mql", "lead.assigned", "lead.reminder", "lead.due"],
    "manager": ["lead.escalated", "lead.unassigned"],
}


class Wanted(NamedTuple):
    """A destination as somebody asks for it; kinds are of messages, none for all."""

    name: str
    kind: str
    address: str
    kinds: Sequence[str] = ()
    agreement: str = ""


class Made(NamedTuple):
    """A destination as it is now, with its secret where it has one, and what looks wrong with it."""

    destination: Destination
    secret: str = ""
    doubts: Sequence[str] = ()


class Removed(NamedTuple):
    """What was dropped with a destination: messages that waited, and such as had been given up."""

    waiting: int
    dead: int


def add(wanted: Wanted, *, allowed: Allowed, who: str, now: int) -> Made:
    """Return a new destination that is told everything it wants from now on. Raises Mistakes.

    allowed  what may be told anything of what is inside
    """
    if not _NAME.fullmatch(wanted.name):
        says = f"`{wanted.name}` is no name of a destination."
        fix = "Take small letters, digits, `-` and `_`, 40 at most: `crm`, `sales-channel`."
        raise refused(FlowCode.NOT_TO_BE_TOLD, "NAME", says, fix)
    _refuse_unknown(wanted.kinds)
    shown, hidden, doubts = _address(wanted.kind, wanted.address, allowed)
    secret = new_secret() if wanted.kind == Destination.Kind.WEBHOOK else ""
    with transaction.atomic():
        alone(GOVERNING)
        if Destination.objects.filter(name=wanted.name).exists():
            says, fix = f"There is a destination {wanted.name} already.", "Give this one another name."
            raise refused(FlowCode.DESTINATION_IS_THERE, "NAME", says, fix)
        kept = hidden or secret
        made = Destination.objects.create(
            name=wanted.name, kind=wanted.kind, address=shown, secret=sealed(kept) if kept else "",
            kinds=list(wanted.kinds) or _FOR_ROLE.get(shown, []), agreement=wanted.agreement, created_at=now,
        )  # fmt: skip
        told = shown_address(made)
        details = {"kind": made.kind, "address": told, "kinds": made.kinds, "agreement": made.agreement}
        _note(made, "added a destination", who, now, details)
    return Made(made, secret, [*doubts, *_doubts_of(wanted.agreement)])


def move(name: str, address: str, *, allowed: Allowed, who: str, now: int) -> Made:
    """Return a destination that is told elsewhere from now on; its secret stays. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        there = destination_named(name)
        shown, hidden, doubts = _address(there.kind, address, allowed)
        was, there.address = shown_address(there), shown
        if hidden:
            there.secret = sealed(hidden)
        there.failing_since, there.rests_until = None, 0
        there.save(update_fields=["address", "secret", "failing_since", "rests_until"])
        _note(there, "moved a destination", who, now, {"from": was, "to": shown_address(there)})
    return Made(there, doubts=doubts)


def renew_secret(name: str, *, keep: int, who: str, now: int) -> Made:
    """Return a destination with a new secret; the one before signs beside it for so many seconds.

    Raises Mistakes where it signs nothing.
    """
    with transaction.atomic():
        alone(GOVERNING)
        there = destination_named(name)
        if there.kind != Destination.Kind.WEBHOOK:
            says = f"What {name} is told is not signed: only webhooks are."
            fix = f"A channel's address is its secret: `handraiser destination move {name} --to URL`."
            raise refused(FlowCode.NOT_SIGNED, "NAME", says, fix)
        secret = new_secret()
        there.old_secret, there.old_secret_until = there.secret, now + keep * SECOND
        there.secret = sealed(secret)
        there.save(update_fields=["secret", "old_secret", "old_secret_until"])
        _note(there, "renewed a secret", who, now, {"old_until": there.old_secret_until})
    return Made(there, secret)


def disable(name: str, *, why: str, who: str, now: int) -> Destination:
    """Return a destination that is told nothing more: what waits, waits. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        there = destination_named(name)
        if there.disabled_at is None:
            there.disabled_at, there.disabled_why = now, why
            there.save(update_fields=["disabled_at", "disabled_why"])
            _note(there, "disabled a destination", who, now, {"why": why})
    return there


def enable(name: str, *, who: str, now: int) -> Destination:
    """Return a destination that is told again, first what has waited. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        there = destination_named(name)
        there.failing_since, there.rests_until = None, 0
        if there.disabled_at is not None:
            there.disabled_at, there.disabled_why = None, ""
            _note(there, "enabled a destination", who, now, {})
        there.save(update_fields=["failing_since", "rests_until", "disabled_at", "disabled_why"])
    return there


def remove(name: str, *, drop: bool, who: str, now: int) -> Removed:
    """Take a destination away, with all messages to it that are kept; return what was never delivered.

    drop  also where messages wait for it

    Raises Mistakes where there is none, and where messages wait that are not to be dropped.
    """
    with transaction.atomic():
        alone(GOVERNING)
        there = destination_named(name)
        # Whoever writes messages to it has done so, or sees that it is gone (`outbox.tell`).
        Destination.objects.select_for_update().get(pk=there.pk)
        messages = Outgoing.objects.filter(destination=there)
        gone = Removed(
            messages.filter(done_at=None).count(),
            messages.filter(done_at__isnull=False, delivered=False).count(),
        )
        if gone.waiting and not drop:
            raise _still_waiting(name, gone.waiting)
        messages.delete()
        Informed.objects.filter(destination=there).delete()
        there.delete()
        details: dict[str, object] = {"kind": there.kind, "address": shown_address(there)}
        _note(there, "removed a destination", who, now, details | gone._asdict())
    return gone


def _still_waiting(name: str, count: int) -> Mistakes:
    says = f"{many(count, 'message')} {'waits' if count == 1 else 'wait'} for {name}."
    fix = f"With `--force` they are dropped. `handraiser destination disable {name}` keeps them waiting."
    return refused(FlowCode.STILL_WAITING, "NAME", says, fix)


def destination_named(name: str, *, where: str = "NAME") -> Destination:
    """Return the destination of a name. Raises Mistakes where there is none."""
    found: Destination | None = Destination.objects.filter(name=name).first()
    if found is not None:
        return found
    names = list(Destination.objects.order_by("name").values_list("name", flat=True))
    near = nearest(name, names)
    fix = f"Did you mean {near}?" if near else "`handraiser destination list` shows which there are."
    raise refused(FlowCode.NO_SUCH_DESTINATION, where, f"There is no destination {name}.", fix)


def shown_address(there: Destination) -> str:
    """Return what is shown of where a destination is told: of a URL no more than to tell it from others."""
    return url_of(there.address).hint if there.kind == Destination.Kind.WEBHOOK else there.address


def _note(there: Destination, did: str, who: str, now: int, details: dict[str, object]) -> None:
    Audit.objects.create(at=now, who=who, did=did, subject=f"destination {there.name}", details=details)


def _refuse_unknown(kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            fix = f"Did you mean {near}?" if near else f"There are {spelled(KINDS)}."
            raise refused(FlowCode.NO_SUCH_KIND, "--on", f"There are no messages of the kind {kind}.", fix)


def _doubts_of(agreement: str) -> list[str]:
    if not agreement or Publication.objects.filter(name=agreement).exists():
        return []
    return [f"No agreement {agreement} has been published yet: until one is, it is told nothing."]


# ---- addresses


def _address(kind: str, address: str, allowed: Allowed) -> tuple[str, str, list[str]]:
    """Return what is shown of an address, what is not, and doubts. Raises Mistakes where it is none."""
    if kind == Destination.Kind.EMAIL:
        return _mailbox(address), "", []
    try:
        url = url_of(address)
        _look_at(url.host, allowed)
    except (ValueError, BarredError) as error:
        raise _no_address(address, str(error), inside=isinstance(error, BarredError)) from None
    doubts = [] if url.scheme == "https" else ["It is told in the open: anybody on the way can read http://."]
    return (url.told, address, doubts) if kind in _HIDDEN else (address, "", doubts)


def _look_at(host: str, allowed: Allowed) -> None:
    """Raise BarredError where a host is written as an address that is inside; a name is looked at later."""
    if host == "localhost" or host.endswith(".localhost"):
        allowed.look_at("127.0.0.1")
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return
    allowed.look_at(address)


def _no_address(address: str, why: str, *, inside: bool) -> Mistakes:
    fix = (
        "If you mean it, set HANDRAISER_ALLOW_PRIVATE to networks, such as 10.1.0.0/16, or to 1: here, and "
        "where `serve` or `work` runs, which is to be begun again."
        if inside
        else "Write it as https://host/path."
    )
    return refused(FlowCode.NOT_TO_BE_TOLD, "--to", f"`{address}` cannot be told anything: {why}.", fix)


def _mailbox(address: str) -> str:
    if address in ADDRESSED_BY_ROLE:
        return address
    found = normal_address(address)
    if found is None:
        fix = "Write it as ann@example.com, or `owner` or `manager` for whoever that is of the lead."
        raise refused(FlowCode.NOT_TO_BE_TOLD, "--to", f"`{address}` is no e-mail address.", fix)
    return found
