"""Which events are of leads that nobody knows, and which of these leads were refused?"""

from __future__ import annotations

from handraiser.facts.inputs import Inputs, Rejects
from handraiser.tables.refusals import places_of

__all__ = ["LOST_LEAD", "UNKNOWN_LEAD", "lead_refused", "lost_leads", "unknown_leads"]

UNKNOWN_LEAD = "no row in the leads input has this lead_id"
LOST_LEAD = "its lead was refused"
_FIRST_EVENTS = 100_000


def unknown_leads(inputs: Inputs, rows: int) -> list[Rejects]:
    """Return the events, `rows` in number, that could be used if there were a lead to use them for."""
    nobody = (
        f"FROM {inputs.events.relation} "
        f"WHERE usable AND lead_id NOT IN (SELECT lead_id FROM {inputs.leads.relation})"
    )
    found, lost = [], 0
    if inputs.con.execute(f"SELECT 1 FROM {lost_leads(inputs)} LIMIT 1").fetchall():
        theirs = f"lead_id IN (SELECT owner FROM {lost_leads(inputs)})"
        lost, lead = inputs.con.execute(f"SELECT count(*), min(lead_id) {nobody} AND {theirs}").fetchall()[0]
        if lost:
            example = f"lead_id {lead}, refused in {lead_refused(inputs, lead)}"
            found.append(Rejects(input="events", reason=LOST_LEAD, rows=lost, example=example))
    if rows > lost:
        example = _stranger(inputs)
        found.append(Rejects(input="events", reason=UNKNOWN_LEAD, rows=rows - lost, example=example))
    return found


def _stranger(inputs: Inputs) -> str:
    """Return the smallest lead that nobody knows, and of which no row was refused, among the first events.

    The first events that come along are others in every run, and to look at all of them takes long. So the
    first of the file are looked at, and more of them only where there is none.
    """
    rows = _FIRST_EVENTS
    while True:
        # No event of a lead that is not there is a duplicate, so the view of all events will do.
        lead, seen = inputs.con.execute(
            "SELECT min(lead_id) FILTER (WHERE usable "
            f"AND lead_id NOT IN (SELECT lead_id FROM {inputs.leads.relation}) "
            f"AND lead_id NOT IN (SELECT owner FROM {lost_leads(inputs)})), count(*) "
            f"FROM (SELECT lead_id, usable FROM events LIMIT {rows}) AS first"
        ).fetchall()[0]
        if lead is not None or seen < rows:
            return "" if lead is None else f"lead_id {lead}"
        rows *= 20


def lost_leads(inputs: Inputs) -> str:
    """Return what goes after FROM for the leads, as `owner`, of which a row was refused."""
    refused = inputs.refused["leads"]
    return (
        f"(SELECT owner FROM {refused.relation} WHERE NOT used AND owner IS NOT NULL "
        f"UNION SELECT owner FROM {refused.unread} WHERE owner IS NOT NULL) AS lost"
    )


def lead_refused(inputs: Inputs, lead: str) -> str | None:
    """Return where the first row of a lead stands that was refused, and why; None where none was."""
    con, refused = inputs.con, inputs.refused["leads"]
    found = con.execute(
        f"SELECT part, file, row, reason FROM {refused.relation} WHERE owner = $1 AND NOT used "
        "ORDER BY part, file, row LIMIT 1",
        [lead],
    ).fetchall()
    for part, file, row, reason in found:
        return f"{places_of(inputs, 'leads', [(part, file, row)])[part, file, row][0]}: {reason}"
    unread = con.execute(f"SELECT place, reason FROM {refused.unread} WHERE owner = $1 LIMIT 1", [lead])
    return next((f"{place}: {reason}" for place, reason in unread.fetchall()), None)
