"""When did each made lead become an MQL under Case A and Case B? Read off the data by plain walking.

No agreement is read here and nothing of the engine is used: the two cases are simple enough to be written
down as a person would check them, one lead and one instant at a time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from handraiser.edge.acme import Acme

THIRTY_DAYS = timedelta(days=30)
SINCE_EVER = datetime(1, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


def mql_dates(acme: Acme) -> dict[str, tuple[datetime | None, datetime | None]]:
    """For each lead the instants at which it became an MQL under Case A and under Case B."""
    leads, companies = histories(acme.leads, "lead_id"), histories(acme.companies, "company_id")
    events = counting_events(acme)
    return {
        lead: (
            first_instant(qualifies_a, rows, companies, events[lead]),
            first_instant(qualifies_b, rows, companies, events[lead]),
        )
        for lead, rows in leads.items()
    }


def histories(table: Any, key: str) -> dict[str, list[Row]]:
    """For each id its rows, each with the instant at which it begins to count."""
    found = defaultdict(list)
    for position, row in enumerate(table.to_pylist()):
        begins = row["known_at"] or row["valid_from"]
        rank = (row["valid_from"] or SINCE_EVER, begins, position)
        found[row[key]].append(row | {"begins": begins, "rank": rank})
    return found


def counting_events(acme: Acme) -> dict[str, list[Row]]:
    """For each lead its events in the order in which they became known: each once, and no machine's."""
    seen, found = set(), defaultdict(list)
    for row in sorted(acme.events.to_pylist(), key=lambda e: e["known_at"]):
        if row["event_id"] not in seen and row["verdict"] != "machine":
            found[row["lead_id"]].append(row)
        seen.add(row["event_id"])
    return found


def row_at(rows: list[Row], t: datetime) -> Row:
    """What holds at t: of the rows that count, the one valid from the latest instant; nothing before."""
    return max((row for row in rows if row["begins"] <= t), key=lambda row: row["rank"], default={})


def first_instant(qualifies: Any, rows: list[Row], companies: dict[str, list[Row]], events: list[Row]) -> Any:
    """The first instant at which something became known and the lead qualified.

    That is asked at more instants than there are moments. It does no harm: in both cases only news can
    make a lead qualify.
    """
    created = min(row["created_at"] for row in rows)
    own = {row["begins"] for company in {row["company_id"] for row in rows} for row in companies[company]}
    news = {created} | {row["begins"] for row in rows} | own | {event["known_at"] for event in events}
    known_at = [event["known_at"] for event in events]
    for t in sorted(t for t in news if t >= created):
        company = row_at(companies[row_at(rows, t).get("company_id")], t)
        if qualifies(company, events[: bisect_right(known_at, t)], t):
            return t
    return None


def qualifies_a(company: Row, events: list[Row], t: datetime) -> bool:
    """In the USA, 50 to 500 employees, and one of four signs in the last thirty days."""
    if company.get("country") != "US" or not 50 <= (company.get("employees") or 0) <= 500:
        return False
    recent = [e for e in events if t - THIRTY_DAYS < e["occurred_at"] <= t]
    signs = {(e["event"], e["title"]) for e in recent}
    return (
        ("Content Downloaded", "CRM Implementation Guide") in signs
        or ("Webinar Attended", "Sales Pipeline Management") in signs
        or any(event == "Demo Requested" for event, _ in signs)
        or sum(e["event"] == "Page Viewed" for e in recent) >= 3
    )


def qualifies_b(company: Row, events: list[Row], t: datetime) -> bool:
    """More than 50 points."""
    worth = {"Webinar Attended": 10, "Page Viewed": 5, "Content Downloaded": 20}
    score = sum(worth.get(e["event"], 0) for e in events if e["occurred_at"] <= t)
    score += 15 * ((company.get("employees") or 0) > 50) + 10 * (company.get("country") == "US")
    return score > 50
