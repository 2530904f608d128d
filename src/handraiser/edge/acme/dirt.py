"""What do real exports suffer from? The same company in files as people really send them.

Each disease is planted in a few known lines and written down in `diseases.csv`, so that what was
refused can be compared with what was wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from .company import Acme
from .files import write_rows

__all__ = ["DISEASES", "Disease", "write_dirty"]

SICK_LEADS = 120
FIRST_SICK_ROW, BETWEEN_SICK_ROWS = 3, 5
BOM = b"\xef\xbb\xbf"

Cells = dict[str, str]


class Disease(msgspec.Struct, frozen=True):
    """One thing that is wrong with a row: in which file, what, and what it does to the cells."""

    file: str
    name: str
    infect: Callable[[Cells], None]


def _put(column: str, value: str) -> Callable[[Cells], None]:
    def infect(cells: Cells) -> None:
        cells[column] = value

    return infect


def _around(column: str, before: str, after: str) -> Callable[[Cells], None]:
    def infect(cells: Cells) -> None:
        cells[column] = f"{before}{cells[column]}{after}"

    return infect


def _nothing(cells: Cells) -> None:
    """The disease is in the line, not in a cell: see `_line`."""


DISEASES = (
    Disease("leads.csv", "latin-1 byte in a name", _put("last_name", "M\xfcller")),
    Disease("leads.csv", "no lead_id", _put("lead_id", "")),
    Disease("leads.csv", "number for a lead_id", _put("lead_id", "10452")),
    Disease("leads.csv", "number with a fraction for a lead_id", _put("lead_id", "10452.0")),
    Disease("leads.csv", "blanks around a lead_id", _around("lead_id", " ", " ")),
    Disease("leads.csv", "day that does not exist", _put("created_at", "2026-02-30T10:00:00Z")),
    Disease("leads.csv", "date of zeros", _put("created_at", "0000-00-00 00:00:00")),
    Disease("leads.csv", "time without an offset", _put("created_at", "2026-03-01 09:30:00")),
    Disease("leads.csv", "word for a time", _put("created_at", "yesterday")),
    Disease("leads.csv", "short row", _nothing),
    Disease("leads.csv", "long row", _nothing),
    Disease("leads.csv", "line break in a cell", _put("job_title", "Director\nof Sales")),
    Disease("leads.csv", "quotes in a cell", _put("job_title", 'VP "Growth", Sales')),
    Disease("leads.csv", "empty line", _nothing),
    Disease("companies.csv", "number written for people", _put("employees", "1,200")),
    Disease("companies.csv", "range for a number", _put("employees", "50-200")),
    Disease("companies.csv", "word for a number", _put("employees", "unknown")),
    Disease("companies.csv", "NaN for a number", _put("employees", "NaN")),
    Disease("companies.csv", "no company_id", _put("company_id", "")),
    Disease("companies.csv", "small letters in a code", _put("country", "us")),
    Disease("events.csv", "no lead_id", _put("lead_id", "")),
    Disease("events.csv", "no event", _put("event", "")),
    Disease("events.csv", "no occurred_at", _put("occurred_at", "")),
    Disease("events.csv", "hour that does not exist", _put("occurred_at", "2026-03-01T25:00:00Z")),
    Disease("events.csv", "day first", _put("occurred_at", "31/12/2025 10:00")),
    Disease("events.csv", "serial number of a spreadsheet", _put("occurred_at", "46022.4375")),
    Disease("events.csv", "time with an offset", _put("occurred_at", "2026-03-01T10:00:00+02:00")),
    Disease("events.csv", "year after the last", _put("occurred_at", "9999-12-31T23:59:59Z")),
    Disease("events.csv", "unknown verdict", _put("verdict", "bot?")),
    Disease("events.csv", "text for a price", _put("price", "EUR 450,-")),
    Disease("events.csv", "no event_id", _put("event_id", "")),
    Disease("events.csv", "short row", _nothing),
    Disease("outcomes.csv", "unknown stage", _put("stage", "Closed Won")),
    Disease("outcomes.csv", "unknown reason", _put("reason", "changed_their_mind")),
    Disease("outcomes.csv", "no instant", _put("at", "")),
    Disease("outcomes.csv", "negative amount", _put("amount", "-1")),
)


def write_dirty(acme: Acme, folder: Path) -> list[Path]:
    """Return the files written: a small part of the company with every disease, and where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    notes, written = [("file", "line", "disease")], []
    for name, table in _part(acme).items():
        content, found = _infected(f"{name}.csv", table)
        target = folder / f"{name}.csv"
        target.write_bytes(content)
        written.append(target)
        notes += found
    diseases = folder / "diseases.csv"
    with diseases.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(notes)
    return [*written, diseases]


def _part(acme: Acme) -> dict[str, pa.Table]:
    """Return the leads with the first outcomes and all about them: small, and long enough to be sick."""
    few = pc.unique(_ids(acme.outcomes, "lead_id"))[:SICK_LEADS]
    leads = acme.leads.filter(pc.is_in(_ids(acme.leads, "lead_id"), few))
    theirs = pc.is_in(_ids(acme.companies, "company_id"), _ids(leads, "company_id"))
    return {
        "leads": leads,
        "companies": acme.companies.filter(theirs),
        "events": acme.events.filter(pc.is_in(_ids(acme.events, "lead_id"), few)),
        "outcomes": acme.outcomes.filter(pc.is_in(_ids(acme.outcomes, "lead_id"), few)),
    }


def _ids(table: pa.Table, column: str) -> pa.ChunkedArray:
    return table[column].cast(pa.string())


def _infected(file: str, table: pa.Table) -> tuple[bytes, list[tuple[str, str, str]]]:
    """Return the file with its diseases, and for each its line (from 1, the head being the first)."""
    plain = io.StringIO()
    write_rows(table, plain)
    rows = list(csv.reader(io.StringIO(plain.getvalue())))
    sick = {
        FIRST_SICK_ROW + i * BETWEEN_SICK_ROWS: disease
        for i, disease in enumerate(d for d in DISEASES if d.file == file)
    }
    lines, found, number = [_text(rows[0])], [], 2
    for i, row in enumerate(rows[1:], start=1):
        disease = sick.get(i)
        line = _line(rows[0], row, disease) if disease else _text(row)
        if disease:
            found.append((file, str(number), disease.name))
        lines.append(line)
        number += line.count("\n")
    head = BOM if file == "leads.csv" else b""
    # A name that came through an old program is the one place where the file is not UTF-8.
    content = "".join(lines).encode().replace("M\xfcller".encode(), b"M\xfcller")
    return head + content, found


def _line(head: list[str], row: list[str], disease: Disease) -> str:
    """Return the row as a line, sick."""
    cells = dict(zip(head, row, strict=True))
    disease.infect(cells)
    values = list(cells.values())
    if disease.name == "short row":
        values = values[:2]
    if disease.name == "long row":
        values = [*values, "and", "more"]
    return "\n" + _text(values) if disease.name == "empty line" else _text(values)


def _text(row: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()
