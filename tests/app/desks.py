"""Somebody of sales at their desk: what they see in a real browser, and what happens outside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from handraiser.store.models import Episode, Handoff, Key, Team, User
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, publish, send, using, worker

__all__ = ["AGREEMENT", "Desk", "at_a_desk", "now"]

AGREEMENT = """
agreement: web
fit: {rules: [{rule: big, title: 100 people or more, when: lead.size >= 100, points: 5}]}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, say: They read our paper.}
    - {rule: demo, event: Demo Requested, points: 1}
qualify: {mql: score >= 10, hand_raise: demo}
handoff:
  accept_within: 4 hours
  contact_within: 24 hours
  route: [{to: team web}]
recycle:
  reasons: {not_ready: {}, no_budget: {}, spam: {disqualify: true}, expired: {}}
"""


def now() -> int:
    return time.time_ns() // 1_000


class Desk:
    """Somebody of sales at their desk, and what happens outside."""

    def __init__(self, app: App, browser: Browser, address: str, visitor: Visitor) -> None:
        self.app, self.address = app, address
        self._context = browser.new_context(base_url=app.url, color_scheme="light")
        self._context.add_cookies(
            [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
        )
        self.page = self._context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def close(self) -> None:
        self._context.close()

    def becomes_an_mql(self, user: str, *, event: str = "Content Downloaded", **traits: object) -> int:
        """Have somebody do what makes an MQL; return the episode."""
        name = f"{user} of {self.address.partition('@')[0]}"
        who = {"userId": name, "messageId": f"{name} {now()}"}
        with using(self.app.database):
            send([{"type": "identify", "traits": traits, **who}], now())
            send([{"type": "track", "event": event, **who, "messageId": who["messageId"] + "-did"}], now())
            worker(Clock(now() + 1_000_000)).settle()
            return int(Episode.objects.latest("pk").pk)

    def handoff(self, episode: int) -> Handoff:
        with using(self.app.database):
            return Handoff.objects.select_related("owner").get(pk=episode)


@contextmanager
def at_a_desk(app: App, browser: Browser) -> Iterator[Desk]:
    """Give somebody of sales, who alone is in the team that gets the leads."""
    address, visitor = app.signed_in("sales")
    with using(app.database):
        if not Key.objects.exists():
            publish([AGREEMENT], now())
            Key.objects.create(digest="0" * 64, scope="track", created_at=0)
        team, _ = Team.objects.get_or_create(name="web")
        team.members.all().delete()
        Handoff.objects.filter(team=team).update(team=None)
        team.members.create(user=User.objects.get(email=address))
    made = Desk(app, browser, address, visitor)
    try:
        yield made
    finally:
        made.close()
