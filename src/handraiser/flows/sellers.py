"""Who of sales is there, in which teams, whose turn is it, and how much were they given?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from handraiser.capture.addresses import normal_address
from handraiser.handoff.availability import Seller, Week, ready
from handraiser.handoff.turns import MONTH, Given, Member, Queue
from handraiser.store.bulk import among, as_array, query

__all__ = ["Sales", "Team", "address_of", "counts_of", "lock_teams", "read_sales"]


class Team(NamedTuple):
    """A team as it stands: its number, who gets what nobody of it can take (a user), and its queue."""

    number: int
    fallback: int | None
    queue: Queue


class Sales(NamedTuple):
    """Teams by their names, people by their numbers, and the numbers by e-mail address."""

    teams: dict[str, Team]
    sellers: dict[int, Seller]
    by_address: dict[str, int]


class _Row(NamedTuple):
    """A member as it is stored."""

    number: int
    team: int
    user: int
    weight: int
    per_day: int | None
    per_30_days: int | None
    active: bool
    turn: int


def lock_teams(names: Collection[str] | None = None) -> list[tuple[Any, ...]]:
    """Return id, name, fallback and turn of teams (None: of all), which are this transaction's until it ends.

    Everybody locks them in the order of their numbers. Who gives leads of several teams away, one after the
    other in one transaction, locks all of them first.
    """
    return _teams(names, locked=True)


def address_of(written: str) -> str:
    """Return an address as users have it."""
    return normal_address(written) or written.strip()


def read_sales(
    names: Collection[str],
    *,
    addresses: Collection[str] = (),
    users: Collection[int] = (),
    zones: Collection[str],
    now: int,
    locked: bool,
    counted: bool = True,
) -> Sales:
    """Return teams by name with their members, and further people by address or number.

    zones    those of the agreements: where a day begins for whoever has no zone of their own
    locked   have the teams, and the people as far as they leave, stay as they are until the transaction ends
    counted  read how much they were given, of whom there is a limit
    """
    teams = _teams(names, locked=locked)
    members = _members([number for number, *_ in teams])
    wanted = {each.user for each in members} | {back for _, _, back, _ in teams if back is not None}
    sellers, by_address = _sellers(wanted | set(users), addresses, now, locked=locked)
    given = _given(members, sellers, zones, now) if counted else {}
    queues: dict[int, list[Member]] = defaultdict(list)
    for each in members:
        queues[each.team].append(
            Member(
                each.number, sellers[each.user], weight=each.weight, per_day=each.per_day,
                per_30_days=each.per_30_days, active=bool(each.active), turn=each.turn,
                given=given.get((each.user, each.team)),
            )
        )  # fmt: skip
    found = {name: Team(number, back, Queue(queues[number], turn)) for number, name, back, turn in teams}
    return Sales(found, sellers, by_address)


def _teams(names: Collection[str] | None, *, locked: bool) -> list[tuple[Any, ...]]:
    condition, parameters = ("TRUE", []) if names is None else among("name", sorted(names), "text")
    # Not FOR UPDATE: that would keep others from naming the team in rows of theirs.
    lock = " FOR NO KEY UPDATE" if locked and connection.vendor == "postgresql" else ""
    sql = f"SELECT id, name, fallback_id, turn FROM store_team WHERE {condition} ORDER BY id{lock}"
    return query(sql, parameters)


def _members(teams: Sequence[int]) -> list[_Row]:
    condition, parameters = among("team_id", teams)
    sql = (
        "SELECT id, team_id, user_id, weight, per_day, per_30_days, active, turn FROM store_member "
        f"WHERE {condition} ORDER BY id"
    )
    return [_Row(*row) for row in query(sql, parameters)]


def _sellers(
    numbers: Collection[int], addresses: Collection[str], now: int, *, locked: bool
) -> tuple[dict[int, Seller], dict[str, int]]:
    one, first = among("id", sorted(numbers))
    other, second = among("email", sorted(addresses), "text")
    # Whoever leaves, or goes away, waits until it is seen what they were given meanwhile.
    lock = " FOR SHARE" if locked and connection.vendor == "postgresql" else ""
    rows = query(
        "SELECT id, email, name, left_at, timezone, hours, holidays FROM store_user "
        f"WHERE {one} OR {other} ORDER BY id{lock}",
        [*first, *second],
    )
    away = _times_off([row[0] for row in rows], now)
    sellers, by_address = {}, {}
    for number, email, name, left_at, zone, hours, holidays in rows:
        sellers[number] = Seller(
            number, name or email, left_at is not None, tuple(away[number]), zone, _week(hours),
            tuple(_json(holidays) or ()),
        )  # fmt: skip
        by_address[email] = number
    return sellers, by_address


def _times_off(users: Iterable[int], now: int) -> defaultdict[int, list[tuple[int, int]]]:
    condition, parameters = among("user_id", users)
    sql = (
        "SELECT user_id, begins_at, ends_at, handed_over_at FROM store_timeoff "
        f"WHERE ends_at > %s AND {condition}"
    )
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for user, begins_at, ends_at, handed_over_at in query(sql, [now, *parameters]):
        # What was theirs is another's already: nothing is given to them by a clock that is behind.
        found[user].append((begins_at if handed_over_at is None else min(begins_at, now), ends_at))
    return found


def _week(hours: Any) -> Week | None:
    days = _json(hours)
    return None if days is None else tuple(tuple((opens, shuts) for opens, shuts in day) for day in days)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _given(
    members: Sequence[_Row], sellers: dict[int, Seller], zones: Collection[str], now: int
) -> dict[tuple[int, int], Given]:
    """Return by user and team how much they were given, of who has a limit."""
    since = now - MONTH + 1
    asked = []
    for each in members:
        if each.per_day is not None:
            seller = sellers[each.user]
            own = [seller.zone] if seller.zone else sorted(zones)
            days = {ready(seller, None, zone, now).day for zone in own}
            asked += [(each.user, each.team, day) for day in sorted(days - {since})]
        if each.per_30_days is not None:
            asked.append((each.user, each.team, since))
    counts: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for user, team, day, count in counts_of(asked):
        counts[user, team][day] = count
    return {key: Given(days, days.get(since, 0)) for key, days in counts.items()}


def counts_of(asked: Sequence[tuple[int, int, int]]) -> list[tuple[Any, ...]]:
    """Return for users, teams and instants how many leads of the team the user was given since.

    Rows are user, team, instant, count; where there were none there is no row.
    """
    if not asked:
        return []
    if connection.vendor == "postgresql":
        wanted = "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS wanted (person, team, since)"
        parameters = [as_array(column, "bigint") for column in zip(*asked, strict=True)]
    else:
        wanted = (
            "(SELECT json_extract(value, '$[0]') AS person, json_extract(value, '$[1]') AS team, "
            "json_extract(value, '$[2]') AS since FROM json_each(%s)) AS wanted"
        )
        parameters = [json.dumps(asked)]
    return query(
        f"SELECT wanted.person, wanted.team, wanted.since, count(*) FROM {wanted} "
        "JOIN store_assignment AS assignment ON assignment.user_id = wanted.person "
        "AND assignment.at >= wanted.since AND assignment.team_id = wanted.team "
        "GROUP BY wanted.person, wanted.team, wanted.since",
        parameters,
    )
