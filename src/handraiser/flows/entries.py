"""What is written down of a batch of messages, table by table, all at once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

import msgspec

from handraiser.capture.activity import Said
from handraiser.capture.attributes import Patch
from handraiser.capture.consent import Agreed
from handraiser.capture.identity import Identifier
from handraiser.capture.values import Json
from handraiser.flows.agreed import Noted, keep_agreed
from handraiser.flows.dirty import forget, let_go, lock_dirty, mark_dirty
from handraiser.flows.ledger import Firm, Ledger, Someone
from handraiser.flows.merging import keep_one_open
from handraiser.flows.names import Names
from handraiser.store.bulk import among, change, insert, new_ids, query, statement, written_together
from handraiser.store.people import Named

__all__ = ["Entries"]

_WHO = {
    "user": "boolean", "email": "boolean", "lead_since": "bigint", "company_id": "bigint",
    "company_from": "bigint", "said": "jsonb", "said_until": "bigint",
}  # fmt: skip
_WHEN = {"known_until": "bigint", "visits": "jsonb"}
_FURTHER = re.compile(r":[0-9]+\Z")
_COMPANY = {"known_until": "bigint", "said": "jsonb", "said_until": "bigint"}


class Entries:
    """Collects rows while messages are read; `write` writes them. Who is new has no number until then."""

    def __init__(self) -> None:
        self._links: dict[Identifier, Someone] = {}
        self._joins: list[tuple[Someone, Someone, Named, int]] = []
        self._patches: list[tuple[Someone, Patch, Firm | None]] = []
        self._of_firms: list[tuple[Firm, Patch]] = []
        self._activities: list[tuple[Someone, tuple[object, ...]]] = []
        self._refused: list[tuple[str, str]] = []
        self._agreed: list[tuple[Someone, Agreed, str, int, int]] = []
        self._dirty: dict[Someone, int] = {}
        self._much: Counter[Someone] = Counter()
        self._told: dict[Firm, int] = {}
        self._imported: defaultdict[Someone | Firm, list[int]] = defaultdict(list)
        self._names = Names()

    def admit(self, scope: str, values: Mapping[str, Json]) -> dict[str, Json]:
        """Return the values that are kept: clients make names up without end."""
        return self._names.admit(scope, values)

    def link(self, identifier: Identifier, person: Someone) -> None:
        """From now on an identifier stands for a person."""
        self._links[identifier] = person

    def join(self, joined: Someone, lead: Someone, because: Named, at: int) -> None:
        """Two are one person from an instant on."""
        self._joins.append((joined, lead, because, at))

    def patch(self, who: Someone, patch: Patch, firm: Firm | None = None) -> None:
        """Something is known of somebody, in the order in which it was told; and perhaps where they work."""
        self._patches.append((who, patch, firm))

    def patch_of(self, firm: Firm, patch: Patch) -> None:
        """Something is known of a company."""
        self._of_firms.append((firm, patch))

    def did(self, who: Someone, message_id: str, said: Said, at: tuple[int, int], session_id: str) -> None:
        """Somebody did something; `at` is when it occurred and from when on it is known."""
        rest = (*at, session_id, "machine" if said.machine else "unknown")
        self._did(who, _own_id(message_id), said.event, rest, said.properties)
        for place, (event, properties) in enumerate(said.further, 1):
            self._did(who, f"{message_id}:{place}", event, rest, properties)

    def _did(
        self, who: Someone, event_id: str, event: str | None, rest: tuple[object, ...],
        properties: Mapping[str, Json],
    ) -> None:  # fmt: skip
        text = _json(self._names.admit("event", properties))
        self._activities.append((who, (event_id, event, *rest, text)))

    def agree(self, who: Someone, agreed: Agreed, message_id: str, at: int, received_at: int) -> None:
        """Somebody said that they agree to something, or object."""
        self._agreed.append((who, agreed, message_id, at, received_at))

    def touch(self, lead: Someone, received_at: int, imported: int | None = None) -> None:
        """Something is new of a lead; `imported` is when it was known, if it came as history."""
        if imported is not None:
            self._imported[lead].append(imported)
        self._dirty[lead] = min(received_at, self._dirty.get(lead, received_at))
        self._much[lead] += 1

    def told_of(self, firm: Firm, received_at: int, imported: int | None = None) -> None:
        """Something is new of a company, and so of all its leads; `imported` as of a lead."""
        if imported is not None:
            self._imported[firm].append(imported)
        self._told[firm] = min(received_at, self._told.get(firm, received_at))

    def refuse(self, message_id: str, reason: str) -> None:
        """A message that was kept is of no use."""
        self._refused.append((message_id, reason))

    def write(self, ledger: Ledger) -> None:
        """Write all of it, in the transaction that the caller has begun."""
        with written_together(len(self._activities)):
            self._write_rows(ledger)
        if self._joins:
            # When nobody is about any of them any more: whoever was has had an episode begin, perhaps.
            at = max(at for *_, at in self._joins)
            keep_one_open({lead.root.number for _, lead, *_ in self._joins}, now=at)

    def _write_rows(self, ledger: Ledger) -> None:
        new_firms = self._write_companies(ledger)
        self._write_people(ledger)
        self._write_joins()
        self._write_patches()
        rows = [(row[0], who.number, *row[1:]) for who, row in self._activities]
        kinds = {
            "event_id": "text", "person_id": "bigint", "event": "text", "occurred_at": "bigint",
            "known_at": "bigint", "session_id": "text", "verdict": "text", "properties": "text",
        }  # fmt: skip
        insert("store_activity", kinds, rows)
        self._names.write()
        changed = keep_agreed(
            [
                Noted(who.number, agreed, at, message_id, received_at)
                for who, agreed, message_id, at, received_at in self._agreed
            ]
        )
        self._write_dirty([firm for firm in self._told if firm not in new_firms], changed)
        self._write_refused()

    def _write_companies(self, ledger: Ledger) -> dict[Firm, None]:
        """Return those that are new, in their order."""
        fresh = dict.fromkeys(firm for firm in ledger.firms.values() if firm.fresh)
        for firm, number in zip(fresh, new_ids("store_company", len(fresh)), strict=True):
            firm.number = number
        rows = {
            firm: (firm.number, firm.known_until, _json(firm.said), firm.said_until)
            for firm in ledger.firms.values()
            if firm in self._told or firm in fresh
        }
        new = [(rows[firm][0], firm.key, *rows[firm][1:]) for firm in fresh]
        insert("store_company", {"id": "bigint", "key": "text"} | _COMPANY, new)
        change("store_company", "id", _COMPANY, [row for firm, row in rows.items() if firm not in fresh])
        return fresh

    def _write_people(self, ledger: Ledger) -> None:
        people = list(ledger.people.values())
        fresh = {one for one in people if one.fresh}
        for one, number in zip(
            [one for one in people if one in fresh], new_ids("store_person", len(fresh)), strict=True
        ):
            one.number = number
        new = [
            (one.number, one.root.number, *one.who, one.known_until, _json(one.visits))
            for one in people
            if one in fresh
        ]
        insert("store_person", {"id": "bigint", "root_id": "bigint"} | _WHO | _WHEN, new)
        others = [one for one in people if one not in fresh]
        change("store_person", "id", _WHO, [(one.number, *one.who) for one in others if one.is_another])
        moved = [(one.number, one.known_until, _json(one.visits)) for one in others if one.has_moved]
        change("store_person", "id", _WHEN, moved)
        links = [(each.kind, each.value, one.number) for each, one in self._links.items()]
        kinds = {"kind": "text", "value": "text", "person_id": "bigint"}
        insert(
            "store_identifier",
            kinds,
            links,
            conflict="(kind, value) DO UPDATE SET person_id = excluded.person_id",
        )

    def _write_joins(self) -> None:
        if not self._joins:
            return
        rows = [
            (joined.number, lead.number, because.kind, because.value, at)
            for joined, lead, because, at in self._joins
        ]
        roots = [(joined.number, lead.root.number) for joined, lead, *_ in self._joins]
        change("store_person", "root_id", {"root_id": "bigint"}, roots)
        kinds = {
            "joined_id": "bigint",
            "person_id": "bigint",
            "kind": "text",
            "value": "text",
            "at": "bigint",
        }
        insert("store_join", kinds, rows)

    def _write_forgotten(self, dirty: Collection[int], left_alone: Collection[int]) -> None:
        """Have those who are one now looked at as one, also by who is looking at them at this moment."""
        if not self._joins and not left_alone:
            return
        both = {one.number for joined, lead, *_ in self._joins for one in (joined, lead)}
        lock_dirty(both.union(dirty, left_alone))
        let_go(left_alone)
        if not both:
            return
        forget(sorted(both))
        condition, parameters = among("lead_id", [joined.number for joined, *_ in self._joins])
        # The joined one is no lead of its own any more; episodes stay, they are what happened.
        for table in ("store_dirty", "store_standing"):
            statement(f"DELETE FROM {table} WHERE {condition}", parameters)

    def _write_patches(self) -> None:
        kinds = {"valid_from": "bigint", "known_at": "bigint", "values": "jsonb"}
        rows = [
            (who.number, patch.valid_from, patch.known_at, _json(patch.values), firm.number if firm else None)
            for who, patch, firm in self._patches
        ]
        insert("store_personpatch", {"person_id": "bigint"} | kinds | {"company_id": "bigint"}, rows)
        of_firms = [
            (firm.number, patch.valid_from, patch.known_at, _json(patch.values))
            for firm, patch in self._of_firms
        ]
        insert("store_companypatch", {"company_id": "bigint"} | kinds, of_firms)

    def _write_dirty(self, told: list[Firm], left_alone: Collection[int]) -> None:
        """Mark the leads of messages, and those of companies that had leads before these.

        left_alone  of these nobody is to write down how they stand who is just looking at them
        """
        dirty: dict[int, int] = {}
        much: Counter[int] = Counter()
        imported: dict[int, list[int]] = {}
        for one, since in self._dirty.items():
            lead = one.root
            if lead.lead_since is not None:
                dirty[lead.number] = min(since, dirty.get(lead.number, since))
                much[lead.number] += self._much[one]
                if one in self._imported:
                    imported.setdefault(lead.number, []).extend(self._imported[one])
        if told:
            condition, parameters = among("company_id", [firm.number for firm in told])
            of_firm = "(SELECT known_until FROM store_company WHERE id = company_id)"
            statement(
                f"UPDATE store_person SET known_until = {of_firm} WHERE {condition} "
                f"AND known_until < {of_firm}",
                parameters,
            )
            since_of = {firm.number: self._told[firm] for firm in told}
            leads = f"{condition} AND root_id = id AND lead_since IS NOT NULL"
            of_firms = query(f"SELECT id, company_id FROM store_person WHERE {leads}", parameters)
            dirty = {lead: since_of[firm] for lead, firm in of_firms} | dirty
            numbers = {firm.number: self._imported[firm] for firm in told if firm in self._imported}
            for lead, firm in of_firms:
                if firm in numbers:
                    imported.setdefault(lead, []).extend(numbers[firm])
        self._write_forgotten(dirty, left_alone)
        mark_dirty(dirty, much, imported)

    def _write_refused(self) -> None:
        reasons = dict(self._refused)
        if not reasons:
            return
        condition, parameters = among("message_id", reasons, "text")
        sql = f"SELECT message_id, body, kind, received_at FROM store_event WHERE {condition}"
        kinds = {"reason": "text", "body": "bytea", "kind": "text", "received_at": "bigint"}
        rows = [(reasons[name], body.encode(), kind, at) for name, body, kind, at in query(sql, parameters)]
        insert("store_reject", kinds, rows)


def _own_id(message_id: str) -> str:
    """Return the id of the event that a message itself is.

    Further events of `x` are `x:1`, `x:2`: a message whose id is like these is `x:1:0`, so no two are one.
    """
    return f"{message_id}:0" if ":" in message_id and _FURTHER.search(message_id) else message_id


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
