"""Why may what was decided of a lead be other than what its events give now, and rightly so?

What has been decided stays, whatever becomes known of the past. Each cause is proven, not guessed, as far as
what is stored says anything of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import duckdb

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.live import wanted_names
from handraiser.flows.recomputing import Recomputed, Stood, ground_of, recompute
from handraiser.store.bulk import among, query
from handraiser.store.history import history_of
from handraiser.tables.jsontext import NUMBERS
from handraiser.tables.kept import Seen

__all__ = ["Began", "Cause", "Explaining", "Other"]


class Cause(StrEnum):
    """Why something stored differs from what the events give, in words."""

    EARLIER = "it began under an earlier version of the agreement"
    JOINED = "who is one with the lead has changed since"
    JUDGED = "somebody has said since whether a person or a machine did something"
    SALES = "sales took back what it said of the lead or its company, or said it of an instant in the past"
    KINDS = "a name that the agreement reads has got values of another kind since"


class Began(NamedTuple):
    """An episode as it is stored. `lead` may be one who turned out to be another since."""

    lead: int
    publication: int
    begun_at: int
    decided_at: int


class Other(NamedTuple):
    """What differs of a lead under an agreement, as it is stored: episodes, or how it stood at an instant.

    sums  of the first of the episodes, if that is what differs: score, fit, engagement and grade
    """

    lead: int
    agreement: Agreement
    began: tuple[Began, ...] = ()
    stood: Stood | None = None
    at: int | None = None
    sums: tuple[float, float, float, str | None] | None = None


class Explaining:
    """Looks for causes. Reads only, in the moment that its caller has begun."""

    def __init__(self, con: duckdb.DuckDBPyConnection, seen: Seen) -> None:
        self._con, self._seen = con, seen
        self._versions: dict[int, Agreement] = {}

    def cause(self, other: Other, publication: int) -> Cause | None:
        """Return why something of a lead under a live publication differs, None where nothing explains it."""
        if self._joined(other):
            return Cause.JOINED
        earlier = [each for each in other.began if each.publication != publication]
        if earlier:
            again = self._again(self._version(earlier[0].publication), other, self._seen)
            began = again.begun.get(other.lead, ())
            place = began.index(earlier[0].begun_at) if earlier[0].begun_at in began else None
            if place is not None and (other.sums is None or again.then[other.lead][place][:4] == other.sums):
                return Cause.EARLIER
        if self._judged(other):
            return Cause.JUDGED
        if self._said_otherwise(other):
            return Cause.SALES
        return self._kinds(other)

    def _joined(self, other: Other) -> bool:
        """Return whether the lead was joined to others, or parted from them, since it was decided."""
        if any(each.lead != other.lead for each in other.began):
            return True
        members = [
            number for (number,) in query("SELECT id FROM store_person WHERE root_id = %s", [other.lead])
        ]
        joined, parameters = among("joined_id", members)
        person, again = among("person_id", members)
        sql = f"SELECT max(at), max(undone_at) FROM store_join WHERE {joined} OR {person}"
        ((at, undone_at),) = query(sql, [*parameters, *again])
        latest = max(at or 0, undone_at or 0)
        if not latest:
            return False
        if other.at is not None:
            return latest > other.at  # both were looked at again then
        return undone_at is not None or latest >= min((each.begun_at for each in other.began), default=0)

    def _judged(self, other: Other) -> bool:
        """Return whether what somebody said of who did something makes other episodes of what was decided.

        Up to then it was decided by other verdicts, and what came after goes on from there.
        """
        sql = (
            "SELECT DISTINCT judgement.at FROM store_judgement AS judgement JOIN store_person AS person "
            "ON person.id = judgement.person_id WHERE person.root_id = %s ORDER BY judgement.at"
        )
        instants = [at for (at,) in query(sql, [other.lead])]
        if not instants or other.at is not None:
            return bool(instants) and other.at is not None and instants[-1] > other.at
        now = self._again(other.agreement, other, self._seen)
        before = (self._again(other.agreement, other, self._seen, judged_before=at) for at in instants)
        return any(_began(each, other.lead) != _began(now, other.lead) for each in before)

    def _said_otherwise(self, other: Other) -> bool:
        """Return whether outcomes that mattered to the lead are known otherwise now than they were then."""
        sql = (
            "SELECT 1 FROM store_outcome AS outcome JOIN store_person AS person "
            "ON person.id = outcome.person_id WHERE (outcome.undone_at IS NOT NULL "
            "OR outcome.at < outcome.known_at) AND (person.root_id = %s OR (outcome.stage = 'customer' "
            "AND outcome.company_id IN (SELECT patch.company_id FROM store_personpatch AS patch "
            "JOIN store_person AS member ON member.id = patch.person_id WHERE member.root_id = %s))) LIMIT 1"
        )
        return bool(query(sql, [other.lead, other.lead]))

    def _kinds(self, other: Other) -> Cause | None:
        """Return whether it was so while names had values of one kind only."""
        read = wanted_names([other.agreement])
        for only in (frozenset(NUMBERS), frozenset({"BOOLEAN"})):
            before, changed = _narrowed(self._seen, read, only)
            if changed and self._same(other, before):
                return Cause.KINDS
        return None

    def _same(self, other: Other, seen: Seen) -> bool:
        agreement = self._version(other.began[0].publication) if other.began else other.agreement
        again = self._again(agreement, other, seen)
        if other.stood is not None:
            return again.stood.get(other.lead) == other.stood
        if other.sums is not None:
            return any(then[:4] == other.sums for then in again.then.get(other.lead, ()))
        return again.begun.get(other.lead, ()) == tuple(each.begun_at for each in other.began)

    def _again(
        self, agreement: Agreement, other: Other, seen: Seen, *, judged_before: int | None = None
    ) -> Recomputed:
        history = history_of([other.lead], judged_before=judged_before)
        ground = ground_of(self._con, [agreement], history, seen)
        return recompute(agreement, ground, {} if other.at is None else {other.lead: other.at})

    def _version(self, publication: int) -> Agreement:
        if publication not in self._versions:
            ((text,),) = query("SELECT text FROM store_publication WHERE id = %s", [publication])
            self._versions[publication] = load(text, file=f"publication {publication}")
        return self._versions[publication]


def _began(again: Recomputed, lead: int) -> tuple[object, ...]:
    return again.begun.get(lead), again.then.get(lead)


def _narrowed(
    seen: Seen, read: Mapping[str, Iterable[str]], only: frozenset[str]
) -> tuple[dict[str, dict[str, frozenset[str]]], bool]:
    """Return the types of values without those that came to a name beside others; whether that are any."""
    narrow = {scope: dict(names) for scope, names in seen.items()}
    changed = False
    for scope, names in read.items():
        for name in names:
            types = narrow[scope].get(name, frozenset())
            kept = types & only
            if kept and types - {"NULL"} - only:
                narrow[scope][name] = kept
                changed = True
    return narrow, changed
