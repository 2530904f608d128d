"""A back-test as one would do it by hand: from who became an MQL when, and what sales said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from oracle import Oracle

Rows = list[dict[str, Any]]
STAGES = ("accepted", "sql", "opportunity", "customer")


def at(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


class Plain:
    """The people of a back-test, one by one."""

    def __init__(
        self,
        text: str,
        leads: Rows,
        events: Rows,
        outcomes: Rows,
        *,
        since: datetime | None,
        until: datetime,
        names: tuple[str, ...] = (),
        asked: tuple[str, ...] | None = None,
        episodes: str = "first",
    ) -> None:
        """`asked`: the agreements whose MQLs of before the period are left out; this one unless said."""
        counting = [{**row, "agreement": None} for row in outcomes if row.get("agreement") in (None, *names)]
        self.oracle = Oracle(text, leads, (), events, counting)
        self.zone = ZoneInfo(self.oracle.agreement.zone)
        self.said = [row for row in counting if row["at"] <= until]
        self.leads, self.events, self.until = leads, events, until
        self.people = sorted({row["lead_id"] for row in leads})
        self.mql: dict[str, datetime] = {}
        self.begun: dict[str, list[datetime]] = {}
        self.by_hand: set[str] = set()
        for lead in self.people:
            found = self.oracle.episodes(lead, until, ignore_outcomes=episodes == "first")
            found = found[:1] if episodes == "first" else found
            if found:
                self.mql[lead] = at(found[0].mql_at)
                self.begun[lead] = [at(each.mql_at) for each in found]
                if found[0].hand_raise:
                    self.by_hand.add(lead)
        self.bought: dict[str, datetime] = {}
        for row in sorted(self.said, key=lambda row: row["at"]):
            if row["stage"] == "customer":
                self.bought.setdefault(row["lead_id"], row["at"])
        self.bought = {lead: when for lead, when in self.bought.items() if lead in self.people}
        self.since = since
        self.before: set[str] = set()
        if since is not None:
            whole = {"leads": leads, "events": events, "outcomes": outcomes, "until": until, "names": names}
            sides = [
                self if other == text else Plain(other, since=None, episodes=episodes, **whole)  # type: ignore[arg-type]
                for other in asked or (text,)
            ]
            self.before = {
                lead
                for lead in self.people
                if self.bought.get(lead, since) < since
                or any(side.mql.get(lead, since) < since for side in sides)
            }
        self.counted = [lead for lead in self.people if lead not in self.before and self._known(lead)]
        self.mqls = [lead for lead in self.counted if lead in self.mql]
        self.customers = [lead for lead in self.counted if lead in self.bought]
        self.reached = [
            lead for lead in self.customers if lead in self.mql and self.mql[lead] < self.bought[lead]
        ]

    def start(self, lead: str) -> datetime | None:
        """`created_at`, else the first event."""
        created = [row["created_at"] for row in self.leads if row["lead_id"] == lead and row["created_at"]]
        happened = [row["occurred_at"] for row in self.events if row["lead_id"] == lead]
        return min(created) if created else min(happened, default=None)

    def _known(self, lead: str) -> bool:
        start = self.start(lead)
        return start is None or start <= self.until or lead in self.mql or lead in self.bought

    def days_to_mql(self) -> list[float]:
        starts = {lead: self.start(lead) for lead in self.mqls}
        return sorted(
            (self.mql[lead] - start) / timedelta(days=1)
            for lead, start in starts.items()
            if start is not None and start <= self.mql[lead]
        )

    def days_to_win(self) -> list[float]:
        return sorted((self.bought[lead] - self.mql[lead]) / timedelta(days=1) for lead in self.reached)

    def month(self, lead: str) -> str:
        return f"{self.mql[lead].astimezone(self.zone):%Y-%m}"

    def week(self, when: datetime) -> str:
        local = when.astimezone(self.zone).date()
        return str(local - timedelta(days=local.weekday()))

    def recorded(self) -> datetime | None:
        """Since when there is something to count by time: the first event, or later the period."""
        events = [row["occurred_at"] for row in self.events if row["occurred_at"] <= self.until]
        bounds = [min(events, default=None), self.since]
        return max((each for each in bounds if each is not None), default=None)

    def came_to(self, stage: str) -> int:
        """How many MQLs came to the stage, or a further one, since they were one."""
        further = STAGES[STAGES.index(stage) :]
        return sum(
            any(
                row["lead_id"] == lead and row["stage"] in further and row["at"] >= self.mql[lead]
                for row in self.said
            )
            for lead in self.mqls
        )

    def figures(self) -> dict[str, Any]:
        """The plain numbers of the JSON."""
        mqls, customers, reached = len(self.mqls), len(self.customers), len(self.reached)
        days = self.days_to_mql()
        return {
            "leads": len(self.counted),
            "mqls": mqls,
            "customers": customers,
            "customers_reached": reached,
            "precision": reached / mqls if mqls else None,
            "recall": reached / customers if customers else None,
            "median_days_to_mql": median(days) if days else None,
            "hand_raised": sum(lead in self.by_hand for lead in self.mqls),
            "episodes_begun": sum(len(self.begun[lead]) for lead in self.mqls),
            "before": len(self.before),
        }

    def by_month(self) -> dict[str, tuple[int, int]]:
        """MQLs and reached customers of the months that have any."""
        found: dict[str, tuple[int, int]] = {}
        for lead in self.mqls:
            mqls, customers = found.get(self.month(lead), (0, 0))
            found[self.month(lead)] = (mqls + 1, customers + (lead in self.reached))
        return found

    def by_week(self) -> dict[str, int]:
        """What sales gets, from the week on in which something is recorded."""
        recorded = self.recorded()
        begun = "" if recorded is None else self.week(recorded)
        weeks = [self.week(each) for lead in self.mqls for each in self.begun[lead]]
        return {week: weeks.count(week) for week in weeks if week >= begun}

    def funnel(self) -> list[int]:
        stages = [self.came_to(stage) for stage in ("accepted", "sql", "opportunity")]
        return [len(self.counted), len(self.mqls), *stages, len(self.reached)]

    def by_source(self) -> dict[str, tuple[int, int, int, int]]:
        """Leads, MQLs, customers and reached ones, by what the lead's row says."""
        source = {row["lead_id"]: row["source"] or "unknown" for row in self.leads}
        found: dict[str, tuple[int, int, int, int]] = {}
        for value in sorted({source[lead] for lead in self.counted}):
            groups = (self.counted, self.mqls, self.customers, self.reached)
            sizes = [sum(source[lead] == value for lead in group) for group in groups]
            found[value] = (sizes[0], sizes[1], sizes[2], sizes[3])
        return found
