"""What there is to tell of, and to whom: leads with episodes, destinations, messages that wait."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from handraiser.flows.outbox import News, tell
from handraiser.store.models import Destination, Episode, Outgoing, Person, Publication, User
from tests.outbox.told import NOON, agreement

__all__ = ["destination", "episode", "lead", "news", "telling", "user", "waiting"]


def lead() -> Person:
    """Return somebody new."""
    number = (Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    return Person.objects.create(pk=number, root_id=number, lead_since=NOON)


def episode(of: Person | None = None) -> Episode:
    """Return an episode of somebody, or of somebody new."""
    someone = of or lead()
    ordinal = Episode.objects.filter(lead=someone).count() + 1
    live, _ = Publication.objects.get_or_create(
        name="crm",
        text=agreement().source,
        fingerprint=agreement().fingerprint,
        shadow=True,
        live_from=NOON,
        published_at=NOON,
    )
    return Episode.objects.create(
        lead=someone, agreement="crm", ordinal=ordinal, begun_at=NOON, decided_at=NOON, hand_raise=False,
        from_history=False, publication=live, fingerprint="f", reasons={},
    )  # fmt: skip


def user(email: str, **fields: Any) -> User:
    return User.objects.create(email=email, role="sales", created_at=NOON, **fields)


def destination(name: str = "crm", **fields: Any) -> Destination:
    """Return a destination as it is kept."""
    given = {"kind": "webhook", "address": "http://127.0.0.1:1/", "created_at": NOON} | fields
    return Destination.objects.create(name=name, **given)


def news(of: Episode, kind: str = "lead.mql", **fields: Any) -> News:
    """Return that something happened to a lead."""
    payload = {"type": kind, "timestamp": "2026-03-02T12:00:00Z", "data": {"text": f"{kind} of {of.pk}"}}
    made = News(of.lead_id, of.pk, of.agreement, kind, 0, None, None, payload)
    return made._replace(**fields)


def telling(*happened: News, now: int = NOON) -> int:
    """Have it told, in a transaction as flows have one."""
    with transaction.atomic():
        return tell(happened, now=now)


def waiting() -> list[tuple[str, str]]:
    """Return which destinations are still to be told of what."""
    rows = Outgoing.objects.filter(done_at=None).order_by("pk").select_related("destination")
    return [(row.destination.name, row.kind) for row in rows]
