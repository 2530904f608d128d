"""By which texts is somebody known who is to be forgotten, and where else do these stand?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db import connection

from handraiser.store.bulk import among, change, query, statement

__all__ = ["Redacted", "Traces", "redact", "says_who", "traces_of"]

_GONE = "erased"
_LONG = 8  # letters from which on an id is nobody else's number
# What others said, did or wrote, where it may name somebody: a table, its key, whose a row is, the column.
_ELSEWHERE: tuple[tuple[str, str, str, str], ...] = (
    ("store_event", "seq", "", "body"),
    ("store_activity", "id", "person_id", "properties"),
    ("store_personpatch", "id", "person_id", "values"),
    ("store_companypatch", "id", "company_id", "values"),
    ("store_company", "id", "", "said"),
    ("store_person", "id", "", "said"),
    ("store_move", "id", "", "note"),
    ("store_move", "id", "", "why"),
    ("store_move", "id", "", "details"),
    ("store_handoff", "episode_id", "", "reason"),
    ("store_logentry", "id", "", "note"),
    ("store_assignment", "id", "", "why"),
    ("store_alarm", "id", "", "why"),
    ("store_pause", "id", "", "why"),
    ("store_outcome", "id", "", "note"),
    ("store_outcome", "id", "", "reason"),
    ("store_consent", "id", "", "source"),
    ("store_audit", "id", "", "details"),
)
_DROPPED = (
    ("store_reject", "body"),
    ("store_outgoing", "payload"),
    ("store_name", "name"),
    ("store_join", "value"),
)
_JSON = frozenset({"values", "said", "details"})


class Traces(NamedTuple):
    """What somebody is known by and called, as it is stored.

    named  what may stand in what others said: addresses, and ids that are long enough to be nobody else's
    """

    users: frozenset[str]
    emails: frozenset[str]
    browsers: frozenset[str]
    called: frozenset[str]

    @property
    def named(self) -> list[str]:
        """Return what is looked for everywhere, in small letters."""
        ids = {each for each in self.users | self.browsers if len(each) >= _LONG and not each.isdigit()}
        return sorted({each.lower() for each in self.emails | ids}, key=len, reverse=True)

    def in_words(self) -> re.Pattern[str]:
        """Return how these stand in a text as a word of their own: `joann@a.example` is not Ann's address."""
        named = "|".join(map(re.escape, self.named))
        # In JSON a line break is a letter behind a backslash.
        return re.compile(rf"(?:(?<![\w.+-])|(?<=\\[nrt]))(?:{named})(?![\w-]|\.\w)", re.IGNORECASE)


class Redacted(NamedTuple):
    """Of whom rows were changed, and the keys of companies of which some were."""

    people: set[int]
    companies: set[str]


def traces_of(people: Collection[int]) -> Traces:
    """Return by what some people are known, and how they are called."""
    condition, parameters = among("person_id", people)
    rows = query(f"SELECT kind, value FROM store_identifier WHERE {condition}", parameters)
    of = {
        kind: frozenset(value for each, value in rows if each == kind)
        for kind in ("user", "email", "anonymous")
    }
    emails, names = set(of["email"]), set()
    for (said,) in query(f'SELECT "values" FROM store_personpatch WHERE {condition}', parameters):
        for name, value in json.loads(said).items():
            if isinstance(value, str) and "@" in value and " " not in value:
                emails.add(value)
            elif isinstance(value, str) and "name" in name.lower() and "company" not in name.lower():
                names.add(value)
    return Traces(of["user"], frozenset(emails), of["anonymous"], frozenset(names))


def says_who(text: str, traces: Traces) -> bool:
    """Return whether a text says who somebody is: their address, an id of theirs or their name is in it."""
    small = text.casefold()
    whole = traces.users | traces.browsers
    return any(each.casefold() in small for each in {*traces.named, *traces.called} if each) or text in whole


def redact(traces: Traces) -> Redacted:
    """Have what others said and did name nobody of these any more, within the caller's transaction."""
    found = Redacted(set(), set())
    if not traces.named:
        return found
    pattern = traces.in_words()
    for table, key, whose, column in _ELSEWHERE:
        rows = [row for row in _rows(table, key, whose, column, traces.named) if pattern.search(row[2])]
        kind = "jsonb" if column in _JSON else "text"
        change(table, key, {column: kind}, [(number, pattern.sub(_GONE, text)) for number, _, text in rows])
        if whose == "person_id":
            found.people.update(owner for _, owner, _ in rows)
        elif whose == "company_id":
            condition, parameters = among("id", {owner for _, owner, _ in rows})
            keys = query(f"SELECT key FROM store_company WHERE {condition}", parameters)
            found.companies.update(key for (key,) in keys)
    # A browser that was another's before is named in their messages, and says no more of whom.
    for column in ("anonymous_id", "previous_id"):
        condition, given = among(column, sorted(traces.browsers | traces.users), "text")
        statement(f"UPDATE store_event SET {column} = NULL WHERE {condition}", given)
    for table, column in _DROPPED:
        named = [
            number for number, _, text in _rows(table, "id", "", column, traces.named) if pattern.search(text)
        ]
        condition, given = among("id", named)
        statement(f"DELETE FROM {table} WHERE {condition}", given)
    return found


def _rows(
    table: str, key: str, whose: str, column: str, named: Collection[str]
) -> Iterator[tuple[int, int, str]]:
    """Yield the rows that have one of some texts in a column: the key, whose it is, and the text."""
    text = f'CAST("{column}" AS text)'
    if connection.vendor == "postgresql" and table == "store_reject":
        text = f"encode(\"{column}\", 'escape')"
    position = "strpos" if connection.vendor == "postgresql" else "instr"
    condition = " OR ".join([f"{position}(lower({text}), %s) > 0"] * len(named))
    yield from query(f"SELECT {key}, {whose or key}, {text} FROM {table} WHERE {condition}", list(named))
