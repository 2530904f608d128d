"""What was refused, why, and how much of it?

A refused row has an owner where that could be read: the lead it is about, of companies the company.
"""

from __future__ import annotations

from handraiser.facts.inputs import Inputs, Rejects

__all__ = ["counted", "doubtful_events", "event_rejects", "places_of", "rejects_of", "unread_rejects"]

Key = tuple[int, int, int]  # of a row: its part, its file, its number


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
    return counted(inputs, name, inputs.refused[name].relation)


def counted(inputs: Inputs, name: str, refused: str) -> list[Rejects]:
    """Return refused rows of an input, counted by their reason, the first of each as an example.

    `refused` is what goes after FROM: `part`, `file`, `row`, `reason` and `used`.
    """
    groups = inputs.con.execute(
        "SELECT reason, used, count(*) AS rows, min({part: part, file: file, row: row}) AS first "
        f"FROM {refused} GROUP BY reason, used ORDER BY rows DESC, reason"
    ).fetchall()
    keys = [(first["part"], first["file"], first["row"]) for *_, first in groups]
    stood = places_of(inputs, name, keys)
    return [
        Rejects(input=name, reason=reason, rows=rows, example=": ".join(stood[key]), used=used)
        for (reason, used, rows, _), key in zip(groups, keys, strict=True)
    ]


def places_of(inputs: Inputs, name: str, keys: list[Key]) -> dict[Key, tuple[str, str]]:
    """Return where a few rows of an input stand, and what stands there."""
    if not keys:
        return {}
    given = ", ".join(f"({part}, {file}, {row})" for part, file, row in keys)
    located = inputs.origins[name].locate(f"(VALUES {given}) AS few (part, file, row)")
    found = inputs.con.execute(f"SELECT part, file, row, place, raw FROM {located}").fetchall()
    return {(part, file, row): (place, raw) for part, file, row, place, raw in found}


def unread_rejects(inputs: Inputs, name: str, where: str = "TRUE") -> list[Rejects]:
    """Return the lines of an input's text files that never became a row, counted by their reason."""
    found = inputs.con.execute(
        "SELECT reason, count(*) AS rows, first(place || ': ' || raw ORDER BY rowid) "
        f"FROM {inputs.refused[name].unread} WHERE {where} GROUP BY reason ORDER BY rows DESC, reason"
    ).fetchall()
    return [Rejects(input=name, reason=reason, rows=rows, example=example) for reason, rows, example in found]
