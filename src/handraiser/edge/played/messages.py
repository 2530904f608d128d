"""What would the programs of the made company have sent in its year: site, mail program, and the CRM?

The tables of `acme` say what was done and known, and when that arrived. Here it becomes items of the tracking
protocol, each with the instant at which it is received: what was known before the year as one import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from handraiser.edge.acme import Acme
from handraiser.facts.instants import iso

__all__ = ["HUMAN_AGENT", "Received", "Sent", "sent_by"]

# What scanners of mail servers and prefetching programs call themselves, and what a browser does.
_MACHINE_AGENT = "Mozilla/5.0 (compatible; MailScanner-bot/2.1)"
HUMAN_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
_OF_MAIL = ("Email Delivered", "Email Opened", "Email Link Clicked", "Unsubscribed", "Webinar Attended")
_PROPERTIES = (
    "path", "url", "title", "referrer", "utm_source", "utm_medium", "utm_campaign", "seconds", "form_id",
    "email_id", "product", "price", "currency",
)  # fmt: skip
_TRAITS = ("email", "first_name", "last_name", "job_title", "country")
_OF_COMPANY = ("name", "domain", "industry", "country", "employees")

Row = Mapping[str, Any]


class Received(NamedTuple):
    """An item of the protocol, as JSON, and the instant at which it comes in, in microseconds."""

    at: int
    body: bytes


class Sent(NamedTuple):
    """What comes in: `before` as one import, the year in the order in which it is received."""

    before: list[Received]
    year: list[Received]


def sent_by(acme: Acme, *, start: int) -> Sent:
    """Return what is sent from an instant on, and of whom it knew before what is imported then."""
    known = _known(acme)
    year = [each for each in (*known, *_events(acme)) if each.at >= start]
    year.sort(key=lambda each: each.at)
    before = sorted(each for each in known if each.at < start)
    return Sent(before, year)


def _known(acme: Acme) -> list[Received]:
    """Return what is said of leads and companies; a company is told of by somebody who works there."""
    leads = _since_when(_rows(acme.leads))
    firms = {row["company_id"] for row in leads} - {None}
    spokesman: dict[str, tuple[int, str]] = {}
    latest: dict[str, str | None] = {}
    for row in leads:
        latest[row["lead_id"]] = row["company_id"]
    for row in leads:
        firm = row["company_id"]
        if firm is not None and latest[row["lead_id"]] == firm:
            known = (row["known_at"], row["lead_id"])
            spokesman[firm] = min(spokesman.get(firm, known), known)
    found = [each for row in leads for each in _lead(row)]
    for row in _since_when(_rows(acme.companies)):
        if row["company_id"] in firms and row["company_id"] in spokesman:
            found.append(_company(row, *spokesman[row["company_id"]]))
    return found


def _lead(row: Row) -> Iterator[Received]:
    """Yield what a form, or the CRM, says of a lead: who it is, and where it works."""
    who = {"userId": row["lead_id"], "anonymousId": _browser(row["lead_id"])}
    since = row["valid_from"]
    said = {"timestamp": iso(since), "messageId": f"{row['lead_id']}-{since}"}
    traits = {name: row[name] for name in _TRAITS if row[name] is not None}
    yield _received(row["known_at"], {"type": "identify", "traits": traits, **who, **said})
    if row["company_id"] is not None:
        said["messageId"] += "-works"
        yield _received(row["known_at"], {"type": "group", "groupId": row["company_id"], **who, **said})


def _company(row: Row, spoken_at: int, lead: str) -> Received:
    at = max(row["known_at"], spoken_at)
    since = min(row["valid_from"], at)
    traits = {name: row[name] for name in _OF_COMPANY if row[name] is not None}
    item = {
        "type": "group", "groupId": row["company_id"], "userId": lead, "traits": traits,
        "timestamp": iso(since), "messageId": f"{row['company_id']}-{since}-{row['known_at']}",
    }  # fmt: skip
    return _received(at, item)


def _events(acme: Acme) -> Iterator[Received]:
    known_from: dict[str, int] = defaultdict(lambda: 2**63)
    for row in _since_when(_rows(acme.leads)):
        known_from[row["lead_id"]] = min(known_from[row["lead_id"]], row["known_at"])
    for batch in acme.events.to_batches(max_chunksize=8_192):
        for row in _rows(pa.Table.from_batches([batch])):
            yield _received(row["known_at"], _event(row, known=row["known_at"] >= known_from[row["lead_id"]]))


def _event(row: Row, *, known: bool) -> dict[str, Any]:
    """Return an event as the site, or the mail program, sends it; who is not known yet is a browser."""
    item: dict[str, Any] = {
        "messageId": row["event_id"],
        "timestamp": iso(row["occurred_at"]),
        "properties": {name: row[name] for name in _PROPERTIES if row[name] is not None},
    }
    if row["event"] == "Page Viewed":
        item["type"] = "page"
    else:
        item |= {"type": "track", "event": row["event"]}
    if row["event"] not in _OF_MAIL:
        item["anonymousId"] = _browser(row["lead_id"])
    if known or row["event"] in _OF_MAIL:
        item["userId"] = row["lead_id"]
    if row["verdict"] is not None and row["verdict"] != "unknown":
        agent = _MACHINE_AGENT if row["verdict"] == "machine" else HUMAN_AGENT
        item["context"] = {"userAgent": agent}
    return item


def _since_when(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows that all say since when they hold and are known: where one is not said, the other tells."""
    for row in rows:
        held = [row["valid_from"], row["known_at"], row.get("created_at")]
        valid_from, known_at, created_at = held
        row["known_at"] = next((each for each in (known_at, valid_from, created_at) if each is not None), 0)
        row["valid_from"] = next(
            (each for each in (valid_from, created_at) if each is not None), row["known_at"]
        )
    return rows


def _received(at: int, item: Mapping[str, Any]) -> Received:
    return Received(at, msgspec.json.encode(item))


def _browser(lead: str) -> str:
    return f"browser-{lead}"


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a table, its times in microseconds."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.int64()))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
