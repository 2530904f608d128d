"""A sales office in which leads arrive: who is there, and what tests ask about a hand-off."""

from __future__ import annotations

from typing import NamedTuple

from handraiser.errors import Mistakes
from handraiser.flows.moving import Barred
from handraiser.store.models import (
    Assignment,
    Deadline,
    Episode,
    Handoff,
    Member,
    Move,
    Outcome,
    Team,
    User,
)
from tests.live.company import Live

__all__ = ["AGREEMENT", "MINUTE", "Office", "refusal"]

MINUTE = 60_000_000
AGREEMENT = """
agreement: crm
currency: EUR
fit: {rules: [{rule: size, when: company.employees >= 50, points: 5}]}
engagement:
  rules:
    - {rule: demo, event: Demo Requested, points: 60}
    - {rule: pricing, event: Pricing Viewed, points: 1}
qualify: {mql: score >= 50}
handoff:
  hours: {mon-fri: "09:00-18:00"}
  accept_within: 4 business hours
  contact_within: 24 hours
  follow_up:
    - {do: call, within: 1 business hour}
    - {do: email, within: 1 business day}
    - {do: call, within: 3 business days}
  expire_after: 14 days
recycle:
  reasons:
    not_ready: {nurture: education}
    no_budget: {nurture: education, requalify_after: 90 days}
    expired: {nurture: reengage}
    bad_data: {disqualify: true}
  requalify_after: 30 days
  forget_engagement: true
"""
_ROLES = {
    "olga": "sales", "tom": "sales", "sid": "sales", "max": "manager", "ada": "administrator",
    "mara": "marketing", "vera": "viewer",
}  # fmt: skip


class Said(NamedTuple):
    """A move as tests compare it."""

    was: str
    became: str
    by: str
    inferred: bool


class Office:
    """An office whose clock is the test's. Olga owns what comes, Tom is in her team, Sid is in none."""

    def __init__(self, *agreements: str) -> None:
        self.live = Live(*(agreements or (AGREEMENT,)))
        for name, role in _ROLES.items():
            User.objects.create(email=f"{name}@made.example", role=role, created_at=0)
        self.team = Team.objects.create(name="all", manager=self.user("max"))
        for name in ("olga", "tom"):
            Member.objects.create(team=self.team, user=self.user(name))

    @property
    def now(self) -> int:
        """The instant by the office's clock."""
        return self.live.clock.at

    def user(self, name: str) -> User:
        """Return who is called so."""
        return User.objects.get(email=f"{name}@made.example")

    def arrives(self, who: str = "ann", *, owner: str | None = "olga") -> int:
        """Have somebody become an MQL and be handed to somebody; return the episode."""
        self.live.identify({"userId": who}, email=f"{who}@acme.example", name=who.title())
        self.live.track({"userId": who}, "Demo Requested")
        (episode,) = Episode.objects.order_by("-id")[:1]
        self.give(episode.pk, owner)
        return int(episode.pk)

    def give(self, episode: int, owner: str | None) -> None:
        """Have an episode be somebody's of the team, as if routing had found so at the hand-off."""
        user = None if owner is None else self.user(owner)
        Handoff.objects.filter(pk=episode).update(owner=user, team=self.team)
        Assignment.objects.filter(episode=episode).delete()
        Assignment.objects.create(
            episode_id=episode,
            user=user,
            team=self.team,
            at=self.now,
            kind="route",
            by="handraiser",
            why="turn",
        )

    def handoff(self, episode: int) -> Handoff:
        """Return the hand-off of an episode as it is kept."""
        return Handoff.objects.get(pk=episode)

    def moves(self, episode: int) -> list[Said]:
        """Return the moves of an episode from the first on."""
        rows = Move.objects.filter(episode=episode).order_by("id")
        return [Said(each.was, each.became, each.by.partition("@")[0], each.inferred) for each in rows]

    def outcomes(self, episode: int) -> list[str]:
        """Return what scoring reads of an episode."""
        rows = Outcome.objects.filter(episode=episode, undone_at=None).order_by("id")
        return [each.stage for each in rows]

    def waiting(self, episode: int) -> set[tuple[str, int]]:
        """Return which promises are still to be kept, by kind and step."""
        rows = Deadline.objects.filter(episode=episode, act__in=("due", "expire"), done_at=None)
        return {(each.kind, each.step) for each in rows}


def refusal(error: Mistakes) -> tuple[str, str, str]:
    """Return the code of the one mistake, what it says, and the fix."""
    (told,) = error.diagnostics
    assert isinstance(error, Barred) == (told.code == "HR841")
    return told.code, told.says, told.fix
