"""To whom does each lead go that is handed off, and why?

By the routes that it meets, in their order; of a route by those it names, in theirs; then the fallbacks of
its teams. Whom nobody can take has an alarm until somebody does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from handraiser.agreement.model import Agreement, Hours
from handraiser.agreement.recipients import Recipient, RecipientKind, read_recipients
from handraiser.agreement.wrong import Wrong
from handraiser.flows.company_owners import known_owners
from handraiser.flows.sellers import Sales, Team, address_of, read_sales
from handraiser.handoff.availability import Ready, Seller, ready
from handraiser.handoff.turns import Member
from handraiser.store.bulk import among, change, insert, statement

__all__ = ["Router", "Routed", "Wanted", "give", "recipients_of", "route", "sales_for", "take_away"]

UNASSIGNED = "unassigned"
_ASSIGNMENT = {
    "episode_id": "bigint", "user_id": "bigint", "team_id": "bigint", "at": "bigint", "kind": "text",
    "by": "text", "why": "text",
}  # fmt: skip
_ALARM = {"episode_id": "bigint", "kind": "text", "why": "text", "opened_at": "bigint"}


class Wanted(NamedTuple):
    """An episode that somebody is to be found for.

    lead                whose it is; it need not stand for all it is one with
    routes              the places of the agreement's routes whose `when` holds, in order
    company_owner_said  what the attribute `company.owner` says
    """

    episode: int
    lead: int
    agreement: Agreement
    routes: tuple[int, ...]
    company_owner_said: str | None = None


class Routed(NamedTuple):
    """Who was found, None for nobody, and why, in words.

    team, route  by which it went; of an episode for nobody those that would have had it first
    """

    owner: int | None
    team: int | None
    route: int | None
    why: str


def route(
    wanted: Sequence[Wanted],
    *,
    now: int,
    kind: str = "route",
    by: str = "handraiser",
    without: Mapping[int, Collection[int]] | None = None,
    or_stay: bool = False,
    because: str = "",
) -> dict[int, Routed]:
    """Return by episode to whom it goes; whose turn it was, assignments and alarms are written.

    Within the caller's transaction, which writes owner, team and route of the hand-offs; the teams are its
    own until it ends. However many episodes there are, the statements are as many.

    kind     of the assignments: route or reassign
    by       who wants it, an address or `handraiser`
    without  by episode users whom not to give it to
    or_stay  an episode that nobody is found for stays as it is: nothing is written of it
    because  why somebody else is looked for; it comes first in why they were found
    """
    if not wanted:
        return {}
    sales, owners = sales_for(wanted, now=now, locked=True)
    router = Router(sales, owners)
    barred = without or {}
    found = {each.episode: router.choose(each, now, barred.get(each.episode, ())) for each in wanted}
    if because:
        found = {episode: to._replace(why=f"{because}; {to.why}") for episode, to in found.items()}
    _write_turns(sales)
    kept = {episode: to for episode, to in found.items() if to.owner is not None or not or_stay}
    _write_assignments(kept, kind=kind, by=by, now=now)
    return found


def give(owners: Mapping[int, int], *, kind: str, by: str, why: str, now: int) -> None:
    """Write down that episodes were given to users by hand or as cover; their alarms are closed.

    Within the caller's transaction, which writes the owners of the hand-offs.
    """
    found = {episode: Routed(owner, None, None, why) for episode, owner in owners.items()}
    _write_assignments(found, kind=kind, by=by, now=now)


def take_away(episodes: Sequence[int], *, kind: str, by: str, why: str, now: int) -> None:
    """Write down that episodes are nobody's any more; each has an alarm. Within the caller's transaction."""
    _write_assignments(
        {episode: Routed(None, None, None, why) for episode in episodes}, kind=kind, by=by, now=now
    )


def sales_for(
    wanted: Sequence[Wanted], *, now: int, locked: bool, counted: bool = True
) -> tuple[Sales, dict[int, list[int]]]:
    """Return what matters for where episodes go: people and teams, and by lead who owns its company."""
    names: set[str] = set()
    addresses: set[str] = set()
    asked: set[int] = set()
    for each in wanted:
        for recipient in _all_recipients(each):
            if recipient.kind is RecipientKind.TEAM:
                names.add(recipient.name)
            elif recipient.kind is RecipientKind.USER:
                addresses.add(address_of(recipient.name))
            else:
                asked.add(each.lead)
                if each.company_owner_said:
                    addresses.add(address_of(each.company_owner_said))
    owners = known_owners(asked) if asked else {}
    sales = read_sales(
        names,
        addresses=addresses,
        users={user for some in owners.values() for user in some},
        zones={each.agreement.timezone for each in wanted},
        now=now,
        locked=locked,
        counted=counted,
    )
    return sales, owners


@lru_cache(maxsize=10_000)
def recipients_of(to: str) -> tuple[Recipient, ...]:
    """Return whom a route's `to` names; nobody, where it was signed before there were rules for it."""
    found = read_recipients(to)
    return () if isinstance(found, Wrong) else found


def _all_recipients(wanted: Wanted) -> Iterator[Recipient]:
    for place in wanted.routes:
        yield from recipients_of(wanted.agreement.handoff.route[place].to)


class _Found(NamedTuple):
    """Who of those that a route names: a user, or None; the team it went by; and why."""

    user: int | None
    team: Team | None
    why: str


class Router:
    """Chooses one episode after the other; whose turn it is, and how much they have, goes on meanwhile."""

    def __init__(self, sales: Sales, owners: Mapping[int, Sequence[int]]) -> None:
        self._sales, self._owners = sales, owners
        self._now: int | None = None
        self._ready: dict[tuple[int, int], dict[int, Ready]] = {}

    def choose(self, wanted: Wanted, now: int, without: Collection[int] = ()) -> Routed:
        """Return to whom an episode goes at an instant."""
        failed: list[str] = []
        for place in wanted.routes:
            for found in self._tried(wanted, place, now, without):
                if found.user is not None:
                    team = found.team.number if found.team else None
                    return Routed(found.user, team, place, "; ".join([found.why, *failed]))
                failed.append(found.why)
        why = "; ".join(["nobody could take it", *(failed or ["it meets no route"])])
        first = wanted.routes[0] if wanted.routes else None
        return Routed(None, self._first_team(wanted), first, why)

    def _first_team(self, wanted: Wanted) -> int | None:
        for each in _all_recipients(wanted):
            if each.kind is RecipientKind.TEAM and each.name in self._sales.teams:
                return self._sales.teams[each.name].number
        return None

    def _tried(self, wanted: Wanted, place: int, now: int, without: Collection[int]) -> Iterator[_Found]:
        """Yield what comes of each whom a route names, then of its teams' fallbacks."""
        stands = self._standing(wanted.agreement, place, now)
        named = recipients_of(wanted.agreement.handoff.route[place].to)
        for recipient in named:
            where = f"{recipient}, route {place + 1}"
            if recipient.kind is RecipientKind.TEAM:
                yield self._team(recipient.name, where, stands, now, without)
            elif recipient.kind is RecipientKind.USER:
                user = self._sales.by_address.get(address_of(recipient.name))
                yield self._person(user, where, "", stands, without)
            else:
                yield self._company_owner(wanted, where, stands, without)
        for recipient in named:
            team = self._sales.teams.get(recipient.name)
            if recipient.kind is RecipientKind.TEAM and team is not None and team.fallback is not None:
                where = f"fallback of {recipient}, route {place + 1}"
                yield self._person(team.fallback, where, "", stands, without)._replace(team=team)

    def _standing(self, agreement: Agreement, place: int, now: int) -> _Standing:
        hours = agreement.handoff.route[place].hours or agreement.handoff.hours
        if now != self._now:
            self._ready.clear()
            self._now = now
        known = self._ready.setdefault((id(agreement), place), {})
        return _Standing(known, hours, agreement.timezone, now)

    def _team(self, name: str, where: str, stands: _Standing, now: int, without: Collection[int]) -> _Found:
        team = self._sales.teams.get(name)
        if team is None:
            return _Found(None, None, f"{where}: there is no such team")
        choice = team.queue.next(stands, now, without=without)
        user = choice.member.seller.user if choice.member else None
        return _Found(user, team, f"{where}: {choice.why}")

    def _person(
        self, user: int | None, where: str, because: str, stands: _Standing, without: Collection[int]
    ) -> _Found:
        if user is None:
            return _Found(None, None, f"{where}: there is no such user")
        seller = self._sales.sellers[user]
        why_not = "has had it" if user in without else stands(seller).why_not
        if why_not:
            return _Found(None, None, f"{where}: {seller.name}: {why_not}")
        return _Found(user, None, f"{where}: {seller.name}{because}")

    def _company_owner(
        self, wanted: Wanted, where: str, stands: _Standing, without: Collection[int]
    ) -> _Found:
        failed = []
        if wanted.company_owner_said:
            user = self._sales.by_address.get(address_of(wanted.company_owner_said))
            found = self._person(user, where, ", as company.owner says", stands, without)
            if found.user is not None:
                return found
            failed.append(found.why)
        for user in self._owners.get(wanted.lead, ()):
            found = self._person(user, where, ", who knows the company", stands, without)
            if found.user is not None:
                return found._replace(why="; ".join([found.why, *failed]))
            failed.append(found.why)
        return _Found(None, None, "; ".join(failed) or f"{where}: nobody yet")


class _Standing:
    """How people stand under the hours of one route; of each it is found out once."""

    def __init__(self, known: dict[int, Ready], hours: Hours | None, zone: str, now: int) -> None:
        self._known, self._hours, self._zone, self._now = known, hours, zone, now

    def __call__(self, seller: Seller) -> Ready:
        found = self._known.get(seller.user)
        if found is None:
            found = self._known[seller.user] = ready(seller, self._hours, self._zone, self._now)
        return found


# ---- what is written


def _write_turns(sales: Sales) -> None:
    taken: list[Member] = []
    teams = []
    for team in sales.teams.values():
        if team.queue.taken:
            teams.append((team.number, team.queue.turn))
            taken += team.queue.taken
    change("store_team", "id", {"turn": "bigint"}, sorted(teams))
    rows = sorted((member.number, member.turn) for member in taken)
    change("store_member", "id", {"turn": "bigint"}, rows)


def _write_assignments(found: Mapping[int, Routed], *, kind: str, by: str, now: int) -> None:
    rows = [(episode, to.owner, to.team, now, kind, by, to.why) for episode, to in sorted(found.items())]
    insert("store_assignment", _ASSIGNMENT, rows)
    nobodys = [(episode, to.why) for episode, to in sorted(found.items()) if to.owner is None]
    alarms = [(episode, UNASSIGNED, why, now) for episode, why in nobodys]
    insert("store_alarm", _ALARM, alarms, conflict="DO NOTHING")
    somebodys = [episode for episode, to in sorted(found.items()) if to.owner is not None]
    if somebodys:
        condition, parameters = among("episode_id", somebodys)
        statement(
            f"UPDATE store_alarm SET closed_at = %s WHERE kind = %s AND closed_at IS NULL AND {condition}",
            [now, UNASSIGNED, *parameters],
        )
