"""What about the data makes an answer doubtful, or none at all?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from handraiser.agreement.model import Agreement
from handraiser.edge.diagnostics import headline
from handraiser.errors import Diagnostic, Mistakes, many
from handraiser.facts.inputs import Inputs, Rejects
from handraiser.scoring.stream import Tally
from handraiser.tables.mistakes import DataCode, mistake

__all__ = ["clocks_told", "companies_told", "nobody_told", "refuse_unusable", "warnings_told"]

_EXAMPLE = 160  # characters of a refused row
_WARNINGS = 5  # that are shown where others were not asked for
_USABLE = {"leads": "TRUE", "companies": "TRUE", "events": "usable", "outcomes": "TRUE"}


def refuse_unusable(inputs: Inputs, rejects: Sequence[Rejects]) -> None:
    """Raise Mistakes where an input has rows and none of them can be used: no answer would mean anything."""
    wrong = []
    for name in inputs.origins:
        refused = [one for one in rejects if one.input == name and not one.used]
        # Events of strangers can be read; it is the leads that miss them.
        rows = sum(one.rows for one in refused)
        if rows and not _any_usable(inputs, name):
            most = max(refused, key=lambda one: one.rows)
            share = "" if len(refused) == 1 else f" ({most.rows:,} of them)"
            says = f"None of its {many(rows, 'row')} can be used: {most.reason}{share}."
            fix = f"Mend the {name}. One of them: {most.example[:_EXAMPLE]}"
            wrong.append(mistake(DataCode.NOTHING_USABLE, inputs.origins[name].place, says, fix))
    if wrong:
        raise Mistakes(wrong)


def _any_usable(inputs: Inputs, name: str) -> bool:
    source = getattr(inputs, name)
    query = f"SELECT 1 FROM {source.relation} WHERE {_USABLE[name]} LIMIT 1"
    return bool(inputs.con.execute(query).fetchall())


def nobody_told(inputs: Inputs, tally: Tally) -> list[str]:
    """Return what to say where there is nobody to score, or nothing that anybody did."""
    lead = inputs.con.execute(f"SELECT lead_id FROM {inputs.leads.relation} LIMIT 1").fetchall()
    if not lead:
        return ["warning: there are no leads, so there is nobody to score."]
    if not tally.rows:
        return ["warning: there are no events, so nobody did anything."]
    if tally.rows > tally.unusable and tally.rows == tally.unusable + tally.unknown_leads:
        return [
            "warning: no event is of a lead that the leads have, so nobody did anything. "
            f"Look whether both give the same lead_id: one of the leads is {lead[0][0]}."
        ]
    return []


def companies_told(inputs: Inputs) -> list[str]:
    """Return what to say of leads whose company is none of the companies: conditions on it find nothing."""
    if inputs.companies is None:
        return []
    named = f"SELECT lead_id, company_id, row FROM {inputs.leads.relation} WHERE company_id IS NOT NULL"
    known = f"SELECT company_id FROM {inputs.companies.relation}"
    ((leads, lost, lead, company),) = inputs.con.execute(
        "SELECT count(DISTINCT lead_id), count(DISTINCT lead_id) FILTER (WHERE strange), "
        "arg_min(lead_id, row) FILTER (WHERE strange), arg_min(company_id, row) FILTER (WHERE strange) "
        f"FROM (SELECT *, company_id NOT IN ({known}) AS strange FROM ({named}))"
    ).fetchall()
    if not lost:
        return []
    told = (
        f"warning: {lost:,} of {many(leads, 'lead')} with a company_id {'has' if lost == 1 else 'have'} one "
        f"that the companies do not have, so nothing is known of it: {lead} has {company}."
    )
    one = inputs.con.execute(f"{known} LIMIT 1").fetchall() if lost == leads else []
    for (there,) in one:
        told += f" One of the companies is {there}: look whether both give the same company_id."
    return [told]


def clocks_told(inputs: Inputs, agreements: Iterable[Agreement]) -> list[str]:
    """Return what to say of times without an offset where nobody has said which zone's they are.

    They were read as UTC; an agreement of another zone makes it likely that this was not meant.
    """
    zones = {one.timezone for one in agreements if not _is_utc(one.timezone)}
    local = [origin.place for origin in inputs.origins.values() if origin.clocks()] if zones else []
    if not local:
        return []
    zone = sorted(zones)[0]
    return [
        f"Times without an offset, in {', '.join(local)}, were read as UTC. "
        f"The agreement's zone is {zone}: if they are of that zone, say --timezone {zone}."
    ]


def _is_utc(zone: str) -> bool:
    return ZoneInfo(zone).utcoffset(None) == timedelta(0)


def warnings_told(warnings: Sequence[Diagnostic], agreements: Sequence[str]) -> list[str]:
    """Return a few warnings of the lint in a line each, and where to find all of them."""
    told = [headline(one) for one in warnings[:_WARNINGS]]
    if told:
        files = " and ".join(f"`handraiser check {name} …`" for name in agreements)
        more = f"{many(len(warnings) - _WARNINGS, 'more warning')}. " if warnings[_WARNINGS:] else ""
        told.append(f"{more}{files} with the same files says what to do.")
    return told
