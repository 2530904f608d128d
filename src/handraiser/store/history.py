"""What is known of leads: their attribute rows, their companies', and what they did, as tables to be scored.

Whatever was learnt of somebody before it turned out that it is this lead was known of the lead from that
instant on. So a score as of any instant is what it was then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from django.db import connection

from handraiser.capture.attributes import Patch, rows_of
from handraiser.store.bulk import Question, among, as_array, queries, query
from handraiser.store.judgements import asking_verdicts

__all__ = [
    "COMPANIES",
    "LEADS",
    "OUTCOMES",
    "History",
    "Member",
    "Told",
    "company_at",
    "history_of",
    "known_since",
    "lead_number",
    "members_of",
    "names_seen",
    "outcomes_of",
    "rows_told",
]

LEADS = pa.schema(
    [
        ("lead_id", pa.string()), ("company_id", pa.string()), ("valid_from", pa.int64()),
        ("known_at", pa.int64()), ("created_at", pa.int64()), ("attributes", pa.string()),
    ]
)  # fmt: skip
COMPANIES = pa.schema(
    [
        ("company_id", pa.string()), ("valid_from", pa.int64()), ("known_at", pa.int64()),
        ("attributes", pa.string()),
    ]
)  # fmt: skip
_EVENTS = pa.schema(
    [
        ("lead_id", pa.string()), ("event", pa.string()), ("event_id", pa.string()), ("verdict", pa.string()),
        ("occurred_at", pa.int64()), ("known_at", pa.int64()), ("session_id", pa.string()),
        ("properties", pa.string()),
    ]
)  # fmt: skip


OUTCOMES = pa.schema(
    [
        ("lead_id", pa.string()), ("stage", pa.string()), ("at", pa.int64()), ("reason", pa.string()),
        ("agreement", pa.string()), ("amount", pa.float64()), ("currency", pa.string()),
        ("competitor", pa.string()), ("note", pa.string()), ("by", pa.string()), ("company_id", pa.string()),
    ]
)  # fmt: skip


class History(NamedTuple):
    """Leads as tables; their ids are their numbers as text.

    outcomes     what sales said of them, in the order in which it applies
    customers    by company since when it is a customer
    known_until  per lead, until when anything is known of it
    until        per lead, the number of the latest activity that was looked at
    """

    leads: pa.Table
    companies: pa.Table
    events: pa.Table
    outcomes: pa.Table
    customers: dict[str, int]
    known_until: dict[int, int]
    until: dict[int, int]


class Told(NamedTuple):
    """A patch or a row (`capture.attributes`) whose values are JSON."""

    valid_from: int
    known_at: int
    values: str
    company: str | None


_values = msgspec.json.Decoder(dict[str, Any])


class Member(NamedTuple):
    """One of those who are one lead: nothing of it was known of the lead before `since` (0: ever)."""

    lead: int
    since: int


def lead_number(lead_id: str) -> int | None:
    """Return the number of a lead by its id, None where it can be none."""
    return int(lead_id) if lead_id.isascii() and lead_id.isdigit() and len(lead_id) < 19 else None


def history_of(
    leads: Iterable[int], *, after: Mapping[int, int] | None = None, judged_before: int | None = None
) -> History:
    """Return what is known of leads, and what they did.

    after          per lead, the activity to begin behind
    judged_before  an instant: what was said at it or later of who did something is left out
    """
    condition, parameters = among("root_id", sorted(leads))
    sql = f"SELECT id, root_id, lead_since, known_until FROM store_person WHERE {condition}"
    rows = query(sql, parameters)
    roots = {
        number: (since, until) for number, root, since, until in rows if number == root and since is not None
    }
    members = _members({number: root for number, root, *_ in rows if root in roots})
    behind = after or {}
    numbers = sorted(members)
    begins = [behind.get(members[number].lead, 0) for number in numbers]
    said, done, patches, outcomes = queries(
        asking_verdicts(members, before=judged_before), _asking_activities(numbers, begins),
        _asking_patches(members), _asking_outcomes(members),
    )  # fmt: skip
    events, until = _events(done, members, dict(said))
    people = _people(patches, members, roots)
    companies = sorted({each for each in people["company_id"] if each})
    of_companies, customers = queries(_asking_company_patches(companies), _asking_customers(companies))
    return History(
        leads=pa.table(people, schema=LEADS),
        companies=pa.table(_companies(of_companies), schema=COMPANIES),
        events=pa.table(events, schema=_EVENTS),
        outcomes=_outcomes(outcomes, members),
        customers=dict(customers),
        known_until={number: known for number, (_, known) in roots.items()},
        until={number: until.get(number, behind.get(number, 0)) for number in roots},
    )


def company_at(lead: int, at: int) -> int | None:
    """Return the number of the company where a lead worked at an instant, by what was known then."""
    members = members_of([lead])
    rows = _people(query(*_asking_patches(members)), members, {lead: (0, 0)})
    begun = [
        (valid_from, known_at, company)
        for valid_from, known_at, company in zip(
            rows["valid_from"], rows["known_at"], rows["company_id"], strict=True
        )
        if max(valid_from, known_at) <= at
    ]
    key = max(begun, key=lambda row: row[:2], default=(0, 0, None))[2]
    found = query("SELECT id FROM store_company WHERE key = %s", [key]) if key is not None else []
    return found[0][0] if found else None


def names_seen() -> dict[str, dict[str, frozenset[str]]]:
    """Return by scope (lead, company, event) every name there has been, with the types of its values."""
    seen: dict[str, dict[str, set[str]]] = {"lead": {}, "company": {}, "event": {}}
    for scope, name, kind in query("SELECT scope, name, type FROM store_name"):
        seen[scope].setdefault(name, set()).add(kind)
    return {scope: {name: frozenset(kinds) for name, kinds in names.items()} for scope, names in seen.items()}


def members_of(roots: Iterable[int]) -> dict[int, Member]:
    """Return who is one with the leads, each lead itself among them."""
    condition, parameters = among("root_id", sorted(roots))
    return _members(dict(query(f"SELECT id, root_id FROM store_person WHERE {condition}", parameters)))


def _members(owners: Mapping[int, int]) -> dict[int, Member]:
    """Return the same, given by their numbers who stands for them."""
    joined = [number for number, root in owners.items() if number != root]
    joins: dict[int, tuple[int, int]] = {}
    if joined:
        condition, parameters = among("joined_id", joined)
        sql = f"SELECT joined_id, person_id, at FROM store_join WHERE undone_at IS NULL AND {condition}"
        joins = {number: (person, at) for number, person, at in query(sql, parameters)}
    found: dict[int, int] = {}
    return {number: Member(root, known_since(number, joins, found)) for number, root in owners.items()}


def known_since(number: int, joins: Mapping[int, tuple[int, int]], found: dict[int, int]) -> int:
    """Return from when on somebody is known to be the lead; `joins` are by who is joined: whom to, when.

    found  what has been found so far: others may be joined by way of the same people
    """
    way = []
    while number in joins and number not in found:
        way.append(number)
        number = joins[number][0]
    since = found.get(number, 0)
    for each in reversed(way):
        since = found[each] = max(since, joins[each][1])
    return since


def _asking_patches(members: Iterable[int]) -> Question:
    condition, parameters = among("person_id", members)
    sql = (
        'SELECT person_id, valid_from, known_at, "values", company.key FROM store_personpatch AS patch '
        f"LEFT JOIN store_company AS company ON company.id = patch.company_id WHERE {condition} "
        "ORDER BY patch.id"
    )
    return Question(sql, parameters)


def _people(
    told: Iterable[Sequence[Any]], members: Mapping[int, Member], roots: Mapping[int, tuple[int, int]]
) -> dict[str, Sequence[Any]]:
    patches: dict[int, list[Told]] = defaultdict(list)
    for person, valid_from, known_at, values, company in told:
        member = members[person]
        patches[member.lead].append(Told(valid_from, max(known_at, member.since), values, company))
    rows = [
        (str(lead), row.company, row.valid_from, row.known_at, since, row.values)
        for lead, (since, _) in roots.items()
        for row in rows_told(patches[lead])
    ]
    return _columns(LEADS.names, rows)


def _asking_company_patches(keys: Iterable[str]) -> Question:
    condition, parameters = among("company.key", sorted(keys), "text")
    sql = (
        'SELECT company.key, valid_from, known_at, "values" FROM store_companypatch AS patch '
        f"JOIN store_company AS company ON company.id = patch.company_id WHERE {condition} ORDER BY patch.id"
    )
    return Question(sql, parameters)


def _companies(told: Iterable[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    patches: dict[str, list[Told]] = defaultdict(list)
    for key, valid_from, known_at, values in told:
        patches[key].append(Told(valid_from, known_at, values, None))
    rows = [
        (key, row.valid_from, row.known_at, row.values)
        for key, several in patches.items()
        for row in rows_told(several)
    ]
    return _columns(COMPANIES.names, rows)


def outcomes_of(members: Mapping[int, Member]) -> pa.Table:
    """Return what sales said of leads; what was said of who turned out to be one is so from then on.

    Who bought before was a customer before all the same: that has a row with the number they had then, which
    is no lead's any more and so says something of their company only.
    """
    return _outcomes(query(*_asking_outcomes(members)), members)


def _asking_outcomes(members: Iterable[int]) -> Question:
    condition, parameters = among("person_id", members)
    sql = (
        "SELECT person_id, company.key, stage, at, reason, agreement, amount, currency, competitor, note, by "
        "FROM store_outcome AS outcome LEFT JOIN store_company AS company ON company.id = outcome.company_id "
        f"WHERE undone_at IS NULL AND {condition} ORDER BY outcome.id"
    )
    return Question(sql, parameters)


def _outcomes(told: Iterable[Sequence[Any]], members: Mapping[int, Member]) -> pa.Table:
    rows = []
    for person, company, stage, at, reason, agreement, *more in told:
        lead, since = members[person]
        rows.append((str(lead), stage, max(at, since), reason, agreement or None, *more, company))
        if stage == "customer" and at < since:
            rows.append((str(person), stage, at, reason, agreement or None, *more, company))
    rows.sort(key=lambda row: row[2])
    return pa.table(_columns(OUTCOMES.names, rows), schema=OUTCOMES)


def _asking_customers(companies: Iterable[str]) -> Question:
    condition, parameters = among("key", companies, "text")
    sql = f"SELECT key, customer_since FROM store_company WHERE customer_since IS NOT NULL AND {condition}"
    return Question(sql, parameters)


def rows_told(patches: Sequence[Told]) -> Iterator[Told]:
    """Yield the attribute rows that patches amount to, the values as JSON."""
    if (plain := _as_they_are(patches)) is not None:
        yield from plain
        return
    known = sorted(patches, key=lambda patch: patch.known_at)
    said = [
        Patch(each.valid_from, each.known_at, _values.decode(each.values), each.company) for each in known
    ]
    for row in rows_of(said):
        yield Told(row.valid_from, row.known_at, msgspec.json.encode(row.values).decode(), row.company)


def _as_they_are(patches: Sequence[Told]) -> Sequence[Told] | None:
    """Return the rows where patches are rows already, as most people's are; None where one has to look.

    They have said who they are once, with where they work or after that was derived from their address.
    """
    first, last = patches[0] if patches else None, patches[-1] if patches else None
    if first is None or last is None or not last.values.startswith("{") or "null" in last.values:
        return None
    if len(patches) == 1:
        return patches
    later = last.valid_from > first.valid_from and last.known_at >= first.known_at
    if len(patches) == 2 and later and first.values == "{}" != last.values and last.company is None:
        return first, Told(last.valid_from, last.known_at, last.values, first.company)
    return None


def _events(
    done: Iterable[Sequence[Any]], members: Mapping[int, Member], judged: Mapping[int, str]
) -> tuple[dict[str, Sequence[Any]], dict[int, int]]:
    rows = []
    until: dict[int, int] = {}
    for number, person, event, event_id, given, occurred_at, known_at, *said in done:
        lead, since = members[person]
        verdict = judged.get(number, given) if judged else given
        rows.append((str(lead), event, event_id, verdict, occurred_at, max(known_at, since), *said))
        until[lead] = number  # they come in their order
    return _columns(_EVENTS.names, rows), until


def _asking_activities(numbers: Sequence[int], behind: Sequence[int]) -> Question:
    columns = "id, person_id, event, event_id, verdict, occurred_at, known_at, session_id, properties"
    newer = "FROM store_activity WHERE person_id = wanted.person AND id > wanted.behind"
    if connection.vendor == "postgresql":
        # OFFSET has it look person by person: it cannot know how little of what they did is new.
        return Question(
            "SELECT activity.* FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (person, behind) "
            f"CROSS JOIN LATERAL (SELECT {columns} {newer} OFFSET 0) AS activity ORDER BY id",
            [as_array(numbers, "bigint"), as_array(behind, "bigint")],
        )
    wanted = (
        "(SELECT json_extract(value, '$[0]') AS person, json_extract(value, '$[1]') AS behind "
        "FROM json_each(%s)) AS wanted"
    )
    # CROSS JOIN has SQLite take them in this order; the index it would choose by what ANALYZE once found.
    return Question(
        f"SELECT {columns} FROM {wanted} CROSS JOIN store_activity INDEXED BY store_activ_person__c533fe_idx "
        "ON person_id = wanted.person AND id > wanted.behind ORDER BY id",
        [msgspec.json.encode(list(zip(numbers, behind, strict=True))).decode()],
    )


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
