"""What tests of routing do: have people in teams, have episodes to be given away, look at who got them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.routing import Routed, Wanted, route
from handraiser.store.models import (
    Assignment,
    Company,
    Episode,
    Handoff,
    Member,
    Person,
    Publication,
    Team,
    TimeOff,
    User,
)
from tests.live.company import DAY, NOON

__all__ = ["agreement_to", "assigned", "away", "episodes", "give_out", "somebody", "team_of", "wanted"]

_TEXT = """
agreement: made
fit: {rules: []}
engagement:
  rules: [{rule: visit, event: Page Viewed, points: 60}]
qualify: {mql: score > 50}
handoff:
  route:
"""
_SIGNED = {"text": _TEXT + "  - {to: team emea}\n", "fingerprint": "", "live_from": 0, "published_at": 0}


def agreement_to(*to: str, hours: str = "") -> Agreement:
    """Return an agreement with a route to each of these."""
    routes = "".join(
        f"  - {{when: \"lead.route = '{place}'\", to: '{each}'}}\n" for place, each in enumerate(to)
    )
    return load(_TEXT + routes + (f"  hours: {hours}\n" if hours else ""), file="made")


def somebody(name: str, **more: Any) -> User:
    """Return a user of sales, by the first part of the address."""
    return User.objects.create(email=f"{name}@made.example", role="sales", created_at=0, **more)


def team_of(name: str, *users: User, fallback: User | None = None, **more: Any) -> Team:
    """Return a team of users who are alike."""
    made = Team.objects.create(name=name, fallback=fallback)
    for user in users:
        Member.objects.create(team=made, user=user, **more)
    return made


def away(user: User, since: int = NOON, until: int = NOON + 3 * DAY, **more: Any) -> TimeOff:
    """Have somebody be away."""
    return TimeOff.objects.create(user=user, begins_at=since, ends_at=until, created_at=0, **more)


def episodes(count: int, *, at: int = NOON, company: Company | None = None) -> list[Episode]:
    """Return episodes that begin at an instant, each of a lead of its own, without hand-offs."""
    publication, _ = Publication.objects.get_or_create(name="made", shadow=True, defaults=_SIGNED)
    first = (Person.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
    people = [
        Person(id=number, root_id=number, lead_since=0, company=company)
        for number in range(first, first + count)
    ]
    Person.objects.bulk_create(people)
    return Episode.objects.bulk_create(
        [
            Episode(
                lead=person, agreement="made", ordinal=1, begun_at=at, decided_at=at, hand_raise=False,
                from_history=False, publication=publication, fingerprint="", reasons={},
            )
            for person in people
        ]
    )  # fmt: skip


def wanted(
    agreement: Agreement, some: Sequence[Episode], *routes: int, said: str | None = None
) -> list[Wanted]:
    """Return that somebody is to be found for episodes, by all routes unless said."""
    places = routes or tuple(range(len(agreement.handoff.route)))
    return [Wanted(each.pk, each.lead_id, agreement, places, said) for each in some]


def give_out(some: Sequence[Wanted], now: int = NOON, **more: Any) -> list[Routed]:
    """Route episodes and write their hand-offs, as who hands them off does; return what came of each."""
    with transaction.atomic():
        found = route(some, now=now, **more)
        for episode, to in found.items():
            known = Handoff.objects.filter(pk=episode)
            if to.owner is None and more.get("or_stay"):
                continue
            if not known.update(owner=to.owner, team=to.team, route=to.route):
                Handoff.objects.create(
                    episode_id=episode, agreement="made", stage="mql", stage_at=now, owner_id=to.owner,
                    team_id=to.team, route=to.route, handed_at=now,
                )  # fmt: skip
    return [found[each.episode] for each in some]


def assigned() -> dict[str, int]:
    """Return how many episodes each was given, by the first part of the address."""
    rows = Assignment.objects.exclude(user=None).values_list("user__email", flat=True)
    return dict(Counter(email.partition("@")[0] for email in rows))
