"""The generated history that benchmarks run on: made once, kept in a folder, the same for a seed.

Events are in the order of time, as an export or a log gives them; ids are texts. `event_id` stands in a
file of its own, since looking for duplicates has its own line in the table.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

__all__ = ["FIRST", "PER_LEAD", "make_events", "make_leads", "make_outcomes", "until"]

FIRST = 1_735_689_600_000_000  # 2025-01-01
PER_LEAD = 100
_YEAR = 365 * 86_400_000_000

_EVENTS = """
COPY (
  SELECT 'lead-' || lpad(CAST(CAST(floor(pow(random(), 1.5) * {leads}) AS BIGINT) AS VARCHAR), 9, '0')
         AS lead_id,
    CASE WHEN pick < 0.45 THEN 'Page Viewed' WHEN pick < 0.60 THEN 'Page Left'
         WHEN pick < 0.75 THEN 'Email Link Clicked' WHEN pick < 0.80 THEN 'Content Downloaded'
         WHEN pick < 0.84 THEN 'Webinar Attended' WHEN pick < 0.86 THEN 'Form Submitted'
         WHEN pick < 0.88 THEN 'Trial Started' ELSE 'Email Opened' END AS event,
    make_timestamp({first} + number * {step} + CAST(floor(random() * {step}) AS BIGINT)) AS occurred_at,
    CASE WHEN random() < 0.1 THEN '/pricing' WHEN random() < 0.5 THEN '/blog/' ||
         CAST(CAST(floor(random() * 100) AS INTEGER) AS VARCHAR) ELSE '/docs' END AS path{event_id}
  FROM (SELECT i AS number, random() AS pick FROM range({events}) AS rows(i)) AS made
) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 200000)
"""
_LEADS = """
COPY (
  SELECT 'lead-' || lpad(CAST(i AS VARCHAR), 9, '0') AS lead_id, 'company-' || (i % 5000) AS company_id,
    CASE WHEN i % 3 = 0 THEN 'US' WHEN i % 3 = 1 THEN 'DE' ELSE 'FR' END AS country,
    (i * 7919) % 1000 AS employees,
    CASE WHEN i % 11 = 0 THEN 'Chief of Staff' WHEN i % 5 = 0 THEN 'Director' ELSE 'Analyst' END AS job_title
  FROM range({leads}) AS rows(i)
) TO '{file}' (FORMAT parquet)
"""


_OUTCOMES = """
COPY (
  SELECT 'lead-' || lpad(CAST(i AS VARCHAR), 9, '0') AS lead_id, 'customer' AS stage,
    make_timestamp({first} + CAST(floor((0.2 + 0.8 * random()) * {year}) AS BIGINT)) AS "at"
  FROM range({leads}) AS rows(i) WHERE random() < 0.05
) TO '{file}' (FORMAT parquet)
"""


def _made(query: str, file: Path) -> Path:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        with duckdb.connect() as con:
            # One thread: the seed fixes the rows only in one order of drawing.
            con.execute("SET threads = 1")
            con.execute("SELECT setseed(0.42)")
            con.execute(query.replace(str(file), str(unfinished)))
        unfinished.rename(file)
    return file


def make_leads(folder: Path, events: int) -> Path:
    """Return a Parquet file with a lead for every hundred events."""
    file = folder / f"leads-{events}.parquet"
    return _made(_LEADS.format(leads=max(1, events // PER_LEAD), file=file), file)


def make_events(folder: Path, events: int, *, ids: bool = False) -> Path:
    """Return a Parquet file of events over one year; with `ids`, one in a thousand comes twice."""
    file = folder / f"events-{events}{'-ids' if ids else ''}.parquet"
    event_id = (
        ", 'e' || CAST(number - CAST(number % 1000 = 7 AS INTEGER) AS VARCHAR) AS event_id" if ids else ""
    )
    return _made(
        _EVENTS.format(
            leads=max(1, events // PER_LEAD), events=events, first=FIRST, step=max(1, _YEAR // events),
            file=file, event_id=event_id,
        ),
        file,
    )  # fmt: skip


def make_outcomes(folder: Path, events: int) -> Path:
    """Return a Parquet file in which one lead in twenty buys at some time of the last ten months."""
    file = folder / f"outcomes-{events}.parquet"
    return _made(_OUTCOMES.format(leads=max(1, events // PER_LEAD), first=FIRST, year=_YEAR, file=file), file)


def until() -> int:
    """Return the end of the history, in microseconds."""
    return FIRST + _YEAR
