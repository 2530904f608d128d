"""Who is known of those that a batch of messages is about, and what has to be written down of them?

Everything is decided here in memory, message by message, and written at the end. A `Ledger` is read at the
beginning of a transaction, under the lock of those who decide who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import msgspec

from handraiser.capture.attributes import DERIVED_FROM
from handraiser.capture.identity import Identifier, Kind, Known
from handraiser.capture.visits import Visit
from handraiser.store.bulk import Question, among, queries, query

__all__ = ["Firm", "Ledger", "Someone", "Who"]

_said = msgspec.json.Decoder(dict[str, Any])
_visits = msgspec.json.Decoder(tuple[Visit, ...])


@dataclass(eq=False, slots=True)
class Firm:
    """A company, as `store.models.Company` has it; `number` is negative until it is written."""

    number: int
    key: str
    known_until: int = 0
    said: dict[str, Any] = field(default_factory=dict)
    said_until: int = 0
    stored_until: int | None = (
        None  # `known_until` of who has ever worked there and is stored; None: not asked
    )
    people: dict[Someone, None] = field(default_factory=dict)  # at hand who work there, or did

    @property
    def fresh(self) -> bool:
        return self.number < 0


class Who(NamedTuple):
    """Columns of `store.models.Person` that seldom change."""

    user: bool
    email: bool
    lead_since: int | None
    company: int | None
    company_from: int
    said: str
    said_until: int


@dataclass(eq=False, slots=True)
class Someone:
    """A person, as `store.models.Person` has it; `number` is negative until it is written."""

    number: int
    user: bool = False
    email: bool = False
    lead_since: int | None = None
    known_until: int = 0
    company: Firm | None = None
    company_from: int = 0
    said_until: int = 0
    visits: tuple[Visit, ...] = ()
    above: Someone | None = None
    text: str | None = "{}"  # of `said` as it is stored; None where it has changed
    _said: dict[str, Any] | None = None
    _read: tuple[tuple[Any, ...], int, tuple[Visit, ...]] | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The latest values given. Most messages give none, and nobody reads these for them."""
        if self._said is None:
            self._said = _said.decode(self.text or "{}")
        return self._said

    @said.setter
    def said(self, values: dict[str, Any]) -> None:
        self._said, self.text = values, None

    @property
    def who(self) -> Who:
        """What is stored and seldom changes."""
        text = self.text if self.text is not None else msgspec.json.encode(self._said).decode()
        company = self.company.number if self.company else None
        return Who(self.user, self.email, self.lead_since, company, self.company_from, text, self.said_until)

    @property
    def is_another(self) -> bool:
        """Whether any of that has changed."""
        return self._read is None or self._read[0] != self.who

    @property
    def has_moved(self) -> bool:
        """Whether something was known or done since."""
        return self._read is None or (self.known_until, self.visits) != self._read[1:]

    def as_read(self, who: tuple[Any, ...]) -> None:
        """Remember that this is how it is stored, with what is stored of `who`."""
        self._read = who, self.known_until, self.visits

    @property
    def fresh(self) -> bool:
        return self.number < 0

    def moves(self, firm: Firm, since: int) -> bool:
        """Return whether it is news that the lead works there from an instant on."""
        derived = self.company_from == DERIVED_FROM
        return self.company is not firm or derived or since < self.company_from

    def works_for(self, firm: Firm, since: int) -> None:
        """The lead works there by what holds from an instant on, unless something later says otherwise.

        That is what its attribute rows say in the end (`capture.attributes`): of equal instants the latter.
        """
        firm.people[self] = None
        if self.company is None or since >= self.company_from:
            self.company, self.company_from = firm, since

    @property
    def root(self) -> Someone:
        """Who stands for everybody who is one person with this one."""
        root = self
        while root.above is not None:
            root = root.above
        # Joined one to the other in one batch they may be a long chain: the next who asks has a short way.
        one = self
        while one.above is not None and one.above is not root:
            one.above, one = root, one.above
        return root


_KNOWN_OF = (
    "SELECT max(root.known_until) FROM (SELECT DISTINCT person_id FROM store_personpatch "
    "WHERE company_id = %s) AS patch JOIN store_person AS person ON person.id = patch.person_id "
    "JOIN store_person AS root ON root.id = person.root_id"
)
# Somebody undid these one by one: they are few.
_APART = (
    "SELECT joined.root_id, person.root_id FROM store_join AS undone "
    "JOIN store_person AS joined ON joined.id = undone.joined_id "
    "JOIN store_person AS person ON person.id = undone.person_id "
    "WHERE undone_at IS NOT NULL AND joined.root_id <> person.root_id"
)


def _asking_owners(kind: Kind, values: Sequence[str]) -> Question:
    """Return the question of whose the identifiers of a kind are."""
    condition, parameters = among("value", values, "text")
    sql = f"SELECT value, person_id FROM store_identifier WHERE kind = %s AND {condition}"
    return Question(sql, [kind, *parameters])


class Ledger:
    """People by their identifiers, or their numbers; companies by their keys."""

    def __init__(
        self, identifiers: Iterable[Identifier], companies: Iterable[str], *, people: Iterable[int] = ()
    ) -> None:
        self._numbers = (-number for number in count(2))  # −1 stands for a new person in `capture.identity`
        self.firms: dict[str, Firm] = {}
        self.people: dict[int, Someone] = {}
        self.by: dict[Identifier, Someone] = {}
        self._apart: dict[int, set[int]] = {}  # of leads: those that they are not one with
        self._read_people(identifiers, people)
        self._read_firms("key", "text", companies)

    def known(self, named: Sequence[Identifier]) -> dict[Identifier, Known]:
        """Return who is known by these identifiers."""
        found = {each: self.by[each].root for each in named if each in self.by}
        return {each: Known(one.number, one.user, one.email) for each, one in found.items()}

    def apart(self, lead: Someone, other: Someone) -> bool:
        """Return whether some who are one with either were one person once, and that was undone."""
        return other.number in self._apart.get(lead.number, ())

    def join(self, joined: Someone, lead: Someone) -> None:
        """Have somebody be one with a lead: whoever is not one with them is not with all of these."""
        joined.above = lead
        for other in self._apart.pop(joined.number, ()):
            self._apart[other].discard(joined.number)
            self._apart[other].add(lead.number)
            self._apart.setdefault(lead.number, set()).add(other)

    def new_person(self) -> Someone:
        one = Someone(next(self._numbers))
        self.people[one.number] = one
        return one

    def firm(self, key: str) -> Firm:
        """Return the company of that key, a new one where there is none."""
        if key not in self.firms:
            self._read_firms("key", "text", [key])
        if key not in self.firms:
            self.firms[key] = Firm(next(self._numbers), key)
        return self.firms[key]

    def leads_of(self, firm: Firm) -> Iterator[Someone]:
        """Yield those at hand who work for a company."""
        return (one for one in firm.people if one.above is None and one.company is firm)

    def known_of(self, firm: Firm) -> int:
        """Return until when anything is known of all who have ever worked for a company.

        Who has left it may have been decided by when they were there.
        """
        if firm.stored_until is None:
            firm.stored_until = 0 if firm.fresh else query(_KNOWN_OF, [firm.number])[0][0] or 0
        return max([firm.stored_until, firm.known_until, *(one.root.known_until for one in firm.people)])

    def _read_people(self, identifiers: Iterable[Identifier], people: Iterable[int]) -> None:
        named = dict.fromkeys(identifiers)
        of_kind: dict[Kind, list[str]] = {}
        for each in named:
            of_kind.setdefault(each.kind, []).append(each.value)
        asked = [_asking_owners(kind, values) for kind, values in of_kind.items()]
        apart, *found = queries(Question(_APART), *asked)
        owners = {kind: dict(own) for kind, own in zip(of_kind, found, strict=True)}
        rows = self._rows({*people}.union(*(own.values() for own in owners.values())))
        if missing := {row[1] for row in rows} - {row[0] for row in rows}:
            rows += self._rows(missing)
        firms = self._read_firms("id", "bigint", {row[6] for row in rows if row[6]})
        for number, _, user, email, since, until, company, company_from, said, said_until, visits in rows:
            one = self.people[number] = Someone(
                number, bool(user), bool(email), since, until, said_until=said_until,
                visits=_visits.decode(visits), text=said,
            )  # fmt: skip
            if company is not None:
                one.works_for(firms[company], company_from)
            one.as_read((user, email, since, company, company_from, said, said_until))
        for number, above, *_ in rows:
            if above != number:
                self.people[number].above = self.people[above]
        for each in named:
            owner = owners[each.kind].get(each.value)
            if owner is not None:
                self.by[each] = self.people[owner]
        for number, other in apart:
            self._apart.setdefault(number, set()).add(other)
            self._apart.setdefault(other, set()).add(number)

    def _rows(self, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
        condition, parameters = among("id", sorted(numbers))
        return query(
            'SELECT id, root_id, "user", email, lead_since, known_until, company_id, company_from, '
            f"said, said_until, visits FROM store_person WHERE {condition}",
            parameters,
        )

    def _read_firms(self, column: str, kind: str, values: Iterable[object]) -> dict[int, Firm]:
        wanted = list(values)
        if not wanted:
            return {}
        condition, parameters = among(column, wanted, kind)
        sql = f"SELECT id, key, known_until, said, said_until FROM store_company WHERE {condition}"
        found = {}
        for number, key, until, said, said_until in query(sql, parameters):
            firm = self.firms.setdefault(key, Firm(number, key, until, _said.decode(said), said_until))
            found[number] = firm
        return found
