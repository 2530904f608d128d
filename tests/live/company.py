"""What tests of the live system do: send messages, have them worked on, look at what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import OperationalError, connections

from handraiser.agreement import load
from handraiser.capture.protocol import Message, read_request
from handraiser.edge.settings import database as database_settings
from handraiser.edge.worker import Worker
from handraiser.flows.intake import Delivery, keep
from handraiser.store.bulk import query
from handraiser.store.models import Episode, Handoff, Publication, User
from tests.servers import Database

__all__ = ["DAY", "HOUR", "NOON", "SECOND", "Clock", "Live", "emptied", "publish", "send", "using", "worker"]

SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()) * SECOND


@contextmanager
def using(database: Database) -> Iterator[None]:
    """Have all that uses Django in this process use a database."""
    connections["default"].close()
    connections.databases["default"] = connections.configure_settings(
        {"default": database_settings(database.url)}
    )["default"]
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()


def emptied() -> None:
    """Take away all that is in the database in use; nothing gets a number that something had before."""
    tables = [model._meta.db_table for model in apps.get_app_config("store").get_models()]
    asked = connections["default"].ops
    sql = asked.sql_flush(no_style(), tables, reset_sequences=False, allow_cascade=True)
    for left in (3, 2, 1, 0):
        try:
            asked.execute_sql_flush(sql)
            break
        except OperationalError:  # a page that is still open was reading: one of the two had to give way
            if not left:
                raise


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def send(items: Sequence[Mapping[str, Any]], at: int, *, imported: bool = False) -> None:
    """Keep what a client sends in a batch, received at an instant (microseconds)."""
    body = json.dumps({"batch": items}).encode()
    read = read_request(body, kind=None, received_at=at, imported=imported)
    assert all(isinstance(item, Message) for item in read.items), read.items
    keep([Delivery(read.items, None, at)])


def publish(texts: Iterable[str], live_from: int, *, shadow: bool = False) -> list[int]:
    """Have agreements live from an instant; return the numbers of their publications."""
    marketing, _ = User.objects.get_or_create(email="m@made.example", role="marketing", created_at=0)
    sales, _ = User.objects.get_or_create(email="s@made.example", role="sales", created_at=0)
    made = []
    for text in texts:
        agreement = load(text.strip() + "\n", file="made")
        made.append(
            Publication.objects.create(
                name=agreement.name, text=agreement.source, fingerprint=agreement.fingerprint, shadow=shadow,
                live_from=live_from, published_at=live_from, marketing=marketing, sales=sales,
            ).pk
        )  # fmt: skip
    return made


def worker(clock: Clock) -> Worker:
    """Return a worker whose clock is the test's."""
    return Worker(clock)


class Live:
    """A live system whose clock is the test's: things happen, and are looked at."""

    def __init__(self, *agreements: str, at: int = NOON) -> None:
        self.clock = Clock(at)
        self.worker = worker(self.clock)
        self.publications = publish(agreements, at)
        self._sent = 0

    def later(self, microseconds: int) -> None:
        """Let time pass."""
        self.clock.at += microseconds

    def hear(self, *items: Mapping[str, Any], imported: bool = False) -> None:
        """Take in what a client sends now, and have it worked on. A second passes."""
        named = []
        for item in items:
            self._sent += 1
            named.append({"messageId": f"m{self._sent}", **item})
        send(named, self.clock.at, imported=imported)
        self.later(SECOND)
        self.worker.settle()

    def track(self, who: Mapping[str, Any], event: str, **properties: object) -> None:
        """Somebody did something now."""
        self.hear({"type": "track", "event": event, "properties": properties, **who})

    def identify(self, who: Mapping[str, Any], **traits: object) -> None:
        """Somebody said who they are."""
        self.hear({"type": "identify", "traits": traits, **who})

    def lead(self, kind: str, value: str) -> int:
        """Return the lead that an identifier stands for."""
        sql = (
            "SELECT root_id FROM store_identifier JOIN store_person AS person ON person.id = person_id "
            "WHERE kind = %s AND value = %s"
        )
        ((found,),) = query(sql, [kind, value])
        return int(found)

    def score(self, lead: int, publication: int = 0) -> float | None:
        """Return the score shown of a lead under the first agreement, or another; None where none is."""
        found = query(
            "SELECT score FROM store_standing WHERE lead_id = %s AND publication_id = %s",
            [lead, self.publications[publication]],
        )
        return float(found[0][0]) if found else None

    def episodes(self) -> list[Episode]:
        """Return all episodes in the order in which they were decided."""
        return list(Episode.objects.order_by("id"))

    def told(self) -> list[int]:
        """Return the leads that were handed off."""
        handed = Handoff.objects.filter(handed_at__isnull=False).order_by("episode_id")
        return [each.episode.lead_id for each in handed.select_related("episode")]
