"""Do marketing and sales reach what they agreed to aim for?"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from handraiser.agreement.wording import number
from handraiser.edge.web.home.looking import Looking
from handraiser.edge.web.home.periods import local, month_began
from handraiser.flows.live import Live
from handraiser.reports.intervals import Rate, rate
from handraiser.store.funnel import Cohort, begun, cohort
from handraiser.store.promises import promises_counted

__all__ = ["Aim", "aims"]

_NONE = (0, 0)


class Aim(NamedTuple):
    """One aim of an agreement, by its title and its name.

    found  what there is, in words; `note` is of what, or why it cannot be told
    met    None where it cannot be told
    """

    agreement: str
    says: str
    wanted: str
    found: str
    note: str
    met: bool | None
    name: str = ""


def aims(looks: Looking) -> list[Aim]:
    """Return the targets of agreements that are live, and whether they are met in the period."""
    return [aim._replace(name=one.agreement.name) for one in looks.chosen for aim in _aims(looks, one)]


def _aims(looks: Looking, one: Live) -> list[Aim]:
    wanted, name = one.agreement.targets, one.agreement.name
    title = one.agreement.title or name
    found: list[Aim] = []
    if wanted.mqls_per_month is not None:
        found.append(_per_month(looks, one, title, wanted.mqls_per_month))
    kept = promises_counted([name], since=looks.since, now=looks.now)
    came = cohort(Cohort([name], looks.since, looks.now), from_history=False)
    shares = {
        "MQLs that become SQLs": (wanted.mql_to_sql, came["sql"], came["mql"]),
        "SQLs that become customers": (wanted.sql_to_customer, came["customer"], came["sql"]),
        "Accepted in time": (wanted.accepted_in_time, *kept.get("accept", _NONE)),
        "Contacted in time": (wanted.contacted_in_time, *kept.get("contact", _NONE)),
    }
    return found + [
        _share(title, says, aim, rate(part, whole))
        for says, (aim, part, whole) in shares.items()
        if aim is not None
    ]


def _per_month(looks: Looking, one: Live, title: str, wanted: float) -> Aim:
    """Return the aim of a month's MQLs beside the last whole month of the agreement's own calendar."""
    zone = ZoneInfo(one.agreement.timezone)
    this, last = month_began(looks.now, zone), month_began(looks.now, zone, before=1)
    rows = [each for each in begun(Cohort([one.agreement.name], last, looks.now)) if not each.from_history]
    so_far = sum(each.size for each in rows if each.at >= this)
    says, goal, month = "MQLs a month", number(wanted), f"{local(last, zone):%B}"
    if one.first > last:
        note = f"{so_far} so far this month; it was not live for all of {month}"
        return Aim(title, says, goal, "", note, met=True if so_far >= wanted else None)
    count = sum(each.size for each in rows if each.at < this)
    return Aim(title, says, goal, str(count), f"in {month}; {so_far} so far this month", met=count >= wanted)


def _share(title: str, says: str, wanted: float, found: Rate) -> Aim:
    goal = f"{number(100 * wanted)}%"
    of = f"{found.hits} of {found.of}"
    if found.value is None:
        return Aim(title, says, goal, of, f"{found.needs} more are needed to tell", met=None)
    return Aim(title, says, goal, f"{100 * found.value:.0f}%", of, met=found.value >= wanted)
