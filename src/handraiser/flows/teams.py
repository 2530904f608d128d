"""Who shares leads with whom? Teams are made, changed and taken away here."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from django.db import connection, transaction

from handraiser.agreement.recipients import is_team_name
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.sellers import address_of, lock_teams
from handraiser.flows.users import user_named
from handraiser.handoff.turns import STRIDE
from handraiser.store.bulk import query
from handraiser.store.locks import GOVERNING, RESOLVING, alone
from handraiser.store.models import Audit, Member, Team, User

__all__ = ["add_team", "join_team", "leave_team", "pause_member", "remove_team", "team_named"]

_MOST_WEIGHT = 100


def add_team(
    name: str, *, manager: str | None, fallback: str | None, who: str, now: int, new: bool = False
) -> Team:
    """Return the team that is there now; one that is there already has another manager or fallback then.

    manager, fallback  addresses; None leaves what is, an empty text is nobody
    new                one that is there already is not changed but refused

    Raises Mistakes where it is no name, nothing would change, or nobody has the address.
    """
    if not is_team_name(name):
        says = f"`{name}` is no name of a team."
        raise refused(FlowCode.NO_TEAM_NAME, "NAME", says, "Write letters, digits, `_` and `-`, no blanks.")
    with transaction.atomic():
        alone(GOVERNING)
        # Two that differ in capitals alone would be taken for one by whoever writes an agreement.
        there = Team.objects.filter(name__iexact=name).first()
        if there is not None and (new or there.name != name or (manager is None and fallback is None)):
            fix = "With --manager or --fallback that changes; another name makes another team."
            raise refused(FlowCode.TEAM_IS_THERE, "NAME", f"There is a team {there.name} already.", fix)
        team = there or Team(name=name)
        if manager is not None:
            team.manager = _user(manager, "--manager")
        if fallback is not None:
            team.fallback = _user(fallback, "--fallback")
        # Not its turn: that is another's who gives a lead away meanwhile.
        team.save(update_fields=["manager", "fallback"] if there else None)
        details = {"manager": _email(team.manager), "fallback": _email(team.fallback)}
        did = "changed a team" if there else "added a team"
        _audit(did, f"team {name}", who=who, now=now, details=details)
    return team


def remove_team(name: str, *, who: str, now: int) -> Team:
    """Return the team that is no more; who has leads of it keeps them. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        team = team_named(name)
        _hold_all_of(team)
        lock_teams()
        members = list(team.members.order_by("user__email").values_list("user__email", flat=True))
        Team.objects.filter(pk=team.pk).delete()
        _audit("removed a team", f"team {name}", who=who, now=now, details={"members": members})
    return team


def join_team(
    name: str,
    email: str,
    *,
    weight: int | None = None,
    per_day: int | None = None,
    per_30_days: int | None = None,
    who: str,
    now: int,
) -> Member:
    """Return who is in the team now; of somebody who is already what is said changes.

    per_day, per_30_days  0: as many as there are
    Raises Mistakes.
    """
    _check(weight, per_day, per_30_days)
    with transaction.atomic():
        alone(GOVERNING)
        lock_teams([name])
        team, user = team_named(name), user_named(email, where="EMAIL")
        there = Member.objects.filter(team=team, user=user).first()
        member = there or Member(team=team, user=user)
        member.weight = weight or member.weight
        member.per_day = member.per_day if per_day is None else per_day or None
        member.per_30_days = member.per_30_days if per_30_days is None else per_30_days or None
        if there is None:
            # Behind all who are there, once: nobody comes first by leaving and joining again.
            member.turn = team.turn + STRIDE // member.weight
        member.save()
        details = {
            "user": user.email, "weight": member.weight, "per_day": member.per_day,
            "per_30_days": member.per_30_days,
        }  # fmt: skip
        did = "changed who is in a team" if there else "had somebody join a team"
        _audit(did, f"team {name}", who=who, now=now, details=details)
    return member


def leave_team(name: str, email: str, *, who: str, now: int) -> Member:
    """Return who is not in the team any more; their leads stay theirs. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        lock_teams([name])
        member = _member_of(name, email)
        Member.objects.filter(pk=member.pk).delete()
        details = {"user": member.user.email}
        _audit("had somebody leave a team", f"team {name}", who=who, now=now, details=details)
    return member


def pause_member(name: str, email: str, *, active: bool, who: str, now: int) -> Member:
    """Return who stays in the team and is given no leads of it, or is given some again. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        lock_teams([name])
        member = _member_of(name, email)
        # Where it is so already nothing has happened, and there is nothing to write down.
        if bool(member.active) != active:
            member.active = active
            member.save(update_fields=["active"])
            did = "gave somebody leads of a team again" if active else "gave somebody no more leads of a team"
            _audit(did, f"team {name}", who=who, now=now, details={"user": member.user.email})
    return member


def _member_of(name: str, email: str) -> Member:
    """Return who of a team has an address. Raises Mistakes where nobody does."""
    team = team_named(name)
    member: Member | None = Member.objects.filter(team=team, user__email=address_of(email)).first()
    if member is not None:
        return member
    says = f"{user_named(email, where='EMAIL').email} is not in team {name}."
    raise refused(FlowCode.NOT_A_MEMBER, "EMAIL", says, f"`handraiser team show {name}` shows who is.")


def team_named(name: str, *, where: str = "NAME") -> Team:
    """Return the team of a name. Raises Mistakes where there is none."""
    found: Team | None = Team.objects.filter(name=name).first()
    if found is not None:
        return found
    there = {each.lower(): each for each in Team.objects.order_by("name").values_list("name", flat=True)}
    near = get_close_matches(name.lower(), there, n=1)
    fix = f"Did you mean {there[near[0]]}?" if near else f"`handraiser team add {name}` makes one."
    raise refused(FlowCode.NO_SUCH_TEAM, where, f"There is no team {name}.", fix)


def _hold_all_of(team: Team) -> None:
    """Return when nobody else changes a hand-off by this team, which is about to be of none.

    In everybody's order: who is who, then hand-offs; the caller locks the teams afterwards.
    """
    if connection.vendor != "postgresql":  # SQLite has one writer, and this transaction is it
        return
    alone(RESOLVING)
    query("SELECT episode_id FROM store_handoff WHERE team_id = %s ORDER BY episode_id FOR UPDATE", [team.pk])


def _check(weight: int | None, per_day: int | None, per_30_days: int | None) -> None:
    if weight is not None and not 1 <= weight <= _MOST_WEIGHT:
        says = f"{weight} is no weight: it is from 1 to {_MOST_WEIGHT}."
        fix = "Who weighs 2 gets twice as many leads as who weighs 1."
        raise refused(FlowCode.BAD_SHARE, "--weight", says, fix)
    for option, limit in (("--per-day", per_day), ("--per-30-days", per_30_days)):
        if limit is not None and limit < 0:
            fix = "Write how many leads at most; 0 for as many as there are."
            raise refused(FlowCode.BAD_SHARE, option, f"{limit} is no number of leads.", fix)


def _user(email: str, where: str) -> User | None:
    return user_named(email, where=where) if email else None


def _email(user: User | None) -> str | None:
    return user.email if user is not None else None


def _audit(did: str, subject: str, *, who: str, now: int, details: Mapping[str, object]) -> None:
    Audit.objects.create(at=now, who=who, did=did, subject=subject, details=dict(details))
