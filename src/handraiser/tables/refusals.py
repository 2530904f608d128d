"""What was refused, why, how much of it, and where is all of it?"""

from __future__ import annotations

from handraiser.facts.inputs import Inputs, Rejects, Scan

__all__ = ["event_rejects", "rejects_of"]

_LINES = {
    "TOO MANY COLUMNS": "the line has more cells than the header",
    "MISSING COLUMNS": "the line has fewer cells than the header",
    "INVALID ENCODING": "the line is not UTF-8",
    "UNQUOTED VALUE": "a quotation mark is not closed, or text stands beside a quoted cell",
    "LINE SIZE OVER MAXIMUM": "the line is too long",
    "INVALID STATE": "the line is not CSV",
}


def event_rejects(inputs: Inputs) -> list[Rejects]:
    """Return what was refused of the events. The events are read once more for it."""
    return rejects_of(inputs, "events")


def rejects_of(inputs: Inputs, name: str) -> list[Rejects]:
    """Return the refused rows of one input, counted by their reason, the most frequent first."""
    refused = inputs.refused[name]
    found = inputs.con.execute(
        f"SELECT reason, used, count(*) AS rows, any_value(place || ': ' || raw) FROM {refused.relation} "
        "GROUP BY reason, used"
    ).fetchall()
    for scan in refused.scans:
        found += [(reason, False, rows, example) for reason, rows, example in _unread(inputs, scan)]
    rejects = [
        Rejects(input=name, reason=reason, rows=rows, example=example, used=used)
        for reason, used, rows, example in found
    ]
    return sorted(rejects, key=lambda each: (-each.rows, each.reason))


def _unread(inputs: Inputs, scan: Scan) -> list[tuple[str, int, str]]:
    for table in (scan.errors, scan.scans):
        inputs.con.execute(f"DROP TABLE IF EXISTS {table}")
    inputs.con.execute(scan.query).fetchall()
    words = " ".join(f"WHEN '{word}' THEN '{reason}'" for word, reason in _LINES.items())
    kind = "CAST(error_type AS VARCHAR)"
    return inputs.con.execute(
        f"SELECT CASE {kind} {words} ELSE lower({kind}) END AS reason, count(DISTINCT line), "
        f"any_value('line ' || line || ': ' || trim(csv_line, '\r\n')) FROM {scan.errors} GROUP BY reason"
    ).fetchall()
