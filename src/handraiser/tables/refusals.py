"""What was refused, why, how much of it, and where is all of it?"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import msgspec

from handraiser.facts.inputs import Inputs, Rejects, Scan
from handraiser.tables.duplicates import DROPPED, DUPLICATE, EVENTS_ONCE
from handraiser.tables.quoting import literal
from handraiser.tables.writing import write_table

__all__ = ["doubtful_events", "event_rejects", "rejects_of", "unread_rejects", "write_rejects"]

_LINES = {
    "TOO MANY COLUMNS": "the line has more cells than the header",
    "MISSING COLUMNS": "the line has fewer cells than the header",
    "INVALID ENCODING": "the line is not UTF-8",
    "UNQUOTED VALUE": "a quotation mark is not closed, or text stands beside a quoted cell",
    "LINE SIZE OVER MAXIMUM": "the line is longer than 2 MB",
    "INVALID STATE": "the line is not CSV",
}


class _Line(msgspec.Struct, frozen=True):
    place: str
    reason: str
    raw: str


def event_rejects(inputs: Inputs) -> list[Rejects]:
    """Return the events that cannot be used, counted by their reason. They are read once more for it.

    The stream says whether there are any. Lines that are no rows, duplicates and doubtful verdicts are in
    `inputs.rejects` from the beginning.
    """
    return [each for each in rejects_of(inputs, "events") if not each.used]


def doubtful_events(inputs: Inputs) -> list[Rejects]:
    """Return the events that are used with a doubt; only where there are some are they looked at closely."""
    if "verdict" not in inputs.events.has:
        return []
    doubt = "verdict <> verdict_given AND verdict_given <> ''"
    some = inputs.con.execute(f"SELECT 1 FROM {inputs.events.relation} WHERE {doubt} LIMIT 1").fetchall()
    return [each for each in rejects_of(inputs, "events") if each.used] if some else []


def rejects_of(inputs: Inputs, name: str) -> list[Rejects]:
    """Return the refused rows of one input, counted by their reason, the most frequent first."""
    found = inputs.con.execute(
        "SELECT reason, used, count(*) AS rows, arg_min(place || ': ' || raw, length(place)) "
        f"FROM {inputs.refused[name].relation} GROUP BY reason, used ORDER BY rows DESC, reason"
    ).fetchall()
    return [
        Rejects(input=name, reason=reason, rows=rows, example=example, used=used)
        for reason, used, rows, example in found
    ]


def unread_rejects(inputs: Inputs, name: str) -> list[Rejects]:
    """Return the lines of an input's text files that never became a row, counted by their reason."""
    for scan in inputs.refused[name].scans:
        inputs.con.execute(scan.query).fetchall()
    counted: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for line in _unread(inputs, name):
        counted[line.reason] += 1
        examples.setdefault(line.reason, f"{line.place}: {line.raw}")
    return [
        Rejects(input=name, reason=reason, rows=rows, example=examples[reason])
        for reason, rows in counted.most_common()
    ]


def _unread(inputs: Inputs, name: str) -> Iterator[_Line]:
    for scan in inputs.refused[name].scans:
        yield from _noted(inputs, scan)


def _noted(inputs: Inputs, scan: Scan) -> Iterator[_Line]:
    words = " ".join(f"WHEN {literal(kind)} THEN {literal(reason)}" for kind, reason in _LINES.items())
    kind = "CAST(error_type AS VARCHAR)"
    # A line may be wrong in several columns; the first of them is enough.
    found = inputs.con.execute(
        f"SELECT file_path, line, arg_min(CASE {kind} {words} ELSE lower({kind}) END, column_idx), "
        f"arg_min({kind}, column_idx), any_value(csv_line), any_value(line_byte_position) "
        f"FROM {scan.errors} AS errors JOIN {scan.scans} AS scans USING (scan_id, file_id) "
        "GROUP BY file_path, line ORDER BY file_path, line"
    ).fetchall()
    for path, number, reason, why, text, position in found:
        raw = (text or "").strip("\r\n")
        if why == "INVALID ENCODING" and not path.lower().endswith(".gz"):
            raw = _line_at(path, position) or raw
        yield _Line(f"{os.path.basename(path)} line {number}", reason, raw)


def _line_at(path: str, position: int) -> str:
    """The line with its foreign bytes as `\\xe9`: DuckDB notes a question mark instead."""
    with open(path, "rb") as file:
        file.seek(position - 1)  # counted from 1, and from the end of the line before where that is CRLF
        for line in file:
            if line.strip(b"\r\n"):
                return line.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")
    return ""


def write_rejects(inputs: Inputs, path: str | os.PathLike[str]) -> None:
    """Write every refused row: of which input, why, the line or row it was, and the row as it stood.

    The ending says whether it is CSV, JSON Lines or Parquet.
    """
    con = inputs.con
    con.execute(
        "CREATE OR REPLACE TABLE rejects (input VARCHAR, reason VARCHAR, line_or_row VARCHAR, raw VARCHAR)"
    )
    for name, refused in inputs.refused.items():
        for line in _unread(inputs, name):
            row = [name, line.reason, line.place, line.raw]
            con.execute("INSERT INTO rejects VALUES ($1, $2, $3, $4)", row)
        con.execute(f"INSERT INTO rejects SELECT {literal(name)}, reason, place, raw FROM {refused.relation}")
    if inputs.events.relation == EVENTS_ONCE:
        con.execute(f"INSERT INTO rejects SELECT 'events', {literal(DUPLICATE)}, place, raw FROM {DROPPED}")
    write_table(con.sql("SELECT * FROM rejects").to_arrow_table(), path)
    con.execute("DROP TABLE rejects")
