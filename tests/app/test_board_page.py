"""The manager's board, in a real browser: MQLs come, and are given to others by hand and by key."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from handraiser.flows.due import keep_due
from handraiser.flows.logging_work import pause
from handraiser.store.models import Deadline, Episode, Handoff, Member, Publication, Team, TimeOff, User
from tests.app.visitors import App
from tests.app.windows import fits, window
from tests.live.company import Clock, publish, send, using, worker

AGREEMENT = """
agreement: board
fit: {rules: []}
engagement: {rules: [{rule: asked, title: Asked us, event: Board Asked, points: 10}]}
qualify: {mql: score >= 10}
handoff: {accept_within: 4 hours, route: [{to: team board}]}
"""


def now() -> int:
    return time.time_ns() // 1_000


class Office:
    """A team of two, one of whom is away, and somebody who looks at their board."""

    def __init__(self, app: App) -> None:
        self.app = app
        with using(app.database):
            if not Publication.objects.filter(name="board").exists():
                publish([AGREEMENT], now())
            team, _ = Team.objects.get_or_create(name="board")
            Handoff.objects.filter(team=team, ended_at=None).update(ended_at=1, stage="lost")
            team.members.all().delete()
            self.olga, self.tom = self._user("olga.board", "Olga"), self._user("tom.board", "Tom")
            for user in (self.olga, self.tom):
                Member.objects.create(team=team, user=user, per_day=9)
            TimeOff.objects.filter(user=self.tom).delete()
            TimeOff.objects.create(
                user=self.tom, begins_at=1, ends_at=now() * 2, created_at=1, handed_over_at=1
            )

    def _user(self, name: str, called: str) -> User:
        found, _ = User.objects.get_or_create(
            email=f"{name}@made.example", defaults={"name": called, "role": "sales", "created_at": 0}
        )
        return found

    def comes(self, who: str, **traits: object) -> int:
        """Have somebody become an MQL; return the episode."""
        with using(self.app.database):
            told = {"userId": f"{who} {now()}"}
            send(
                [{"type": "identify", "traits": {"name": who, **traits}, "messageId": f"i{now()}", **told}],
                now(),
            )
            send([{"type": "track", "event": "Board Asked", "messageId": f"t{now()}", **told}], now())
            worker(Clock(now() + 1_000_000)).settle()
            return int(Episode.objects.filter(agreement="board").latest("pk").pk)

    def owner(self, episode: int) -> str:
        with using(self.app.database):
            found = Handoff.objects.select_related("owner").get(pk=episode).owner
            return "" if found is None else found.email

    def copies(self, episode: int, count: int) -> None:
        """Have the same again and again."""
        with using(self.app.database):
            for ordinal in range(2, count + 2):
                made = Episode.objects.get(pk=episode)
                handoff, due = made.handoff, made.deadlines.get(act="due", kind="accept")
                made.pk, made.ordinal = None, ordinal
                made.save()
                handoff.pk = made.pk
                handoff.save(force_insert=True)
                Deadline.objects.create(episode=made, kind="accept", act="due", due_at=due.due_at + ordinal)


@pytest.fixture
def office(app: App) -> Office:
    """An office in which nothing waits."""
    return Office(app)


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_a_lead_is_dragged_to_another_and_given_back_by_keys(
    app: App, browser: Browser, office: Office
) -> None:
    _, visitor = app.signed_in("manager")
    page, wrong = window(app, browser, visitor, "/board?team=board")
    expect(column(page, "Olga")).to_contain_text("takes leads now")
    expect(column(page, "Tom")).to_contain_text("away until")
    episode = office.comes("Ann Field", company="Acme")
    card = page.locator(f"#episode-{episode}")
    expect(column(page, "Olga").locator(card)).to_contain_text("Ann Field", timeout=15_000)
    expect(card).to_contain_text("10 points: Asked us +10")
    expect(card).to_contain_text("accept in 3 h")
    expect(column(page, "Olga")).to_contain_text("1 of 9 today")
    card.drag_to(column(page, "Nobody's"))
    assert office.owner(episode) == "olga.board@made.example"
    card.drag_to(column(page, "Tom"))
    expect(
        page.get_by_role("status").filter(has_text="Ann Field of Acme: given to tom.board@")
    ).to_be_visible()
    expect(column(page, "Tom").locator(card)).to_be_visible()
    assert office.owner(episode) == "tom.board@made.example"
    page.keyboard.press("u")
    expect(column(page, "Olga").locator(card)).to_be_visible()
    assert office.owner(episode) == "olga.board@made.example"
    card.drag_to(column(page, "Tom"))
    expect(column(page, "Tom").locator(card)).to_be_visible()
    card.focus()
    page.keyboard.press("g")
    page.get_by_role("dialog").get_by_label("To whom").select_option("olga.board@made.example")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Give").press("Enter")
    expect(column(page, "Olga").locator(card)).to_be_visible()
    expect(card).to_be_focused()
    assert office.owner(episode) == "olga.board@made.example"
    other = office.comes("Ben Bolt")
    expect(page.locator(f"#episode-{other}")).to_be_visible(timeout=15_000)
    with using(app.database):  # somebody was quicker
        Handoff.objects.filter(pk=other).update(stage="lost", ended_at=now())
    page.locator(f"#episode-{other}").drag_to(column(page, "Tom"))
    expect(page.get_by_role("alert").first).to_contain_text("has ended")
    assert [each for each in wrong if "422" not in each] == []
    page.context.close()


def test_what_is_late_and_what_is_nobodys_stands_out_and_of_many_the_first_are_shown(
    app: App, office: Office
) -> None:
    _, visitor = app.signed_in("manager")
    episode = office.comes("Cho Park")
    office.copies(episode, 52)
    with using(app.database):
        Deadline.objects.filter(episode=episode, act="due").update(due_at=1)
        keep_due([episode])
    told = visitor.get("/board?team=board").text
    assert "1 late" in told
    assert "3 more, due later" in told
    assert told.index(f'id="episode-{episode}"') < told.index("board-late") + 2000
    with using(app.database):
        Handoff.objects.filter(pk=episode).update(owner=None)
    nobodys, _, others = visitor.get("/board?team=board").text.partition(
        'data-column="olga.board@made.example"'
    )
    assert f'id="episode-{episode}"' in nobodys
    assert "2 more, due later" in others
    seen = visitor.get("/board?team=board").text.partition("&amp;seen=")[2][:16]
    assert visitor.get(f"/board/columns?team=board&seen={seen}").status == 204


def test_what_was_due_while_clocks_stand_still_is_not_late(app: App, office: Office) -> None:
    _, visitor = app.signed_in("manager")
    episode = office.comes("Fay Noor")
    with using(app.database):
        pause(episode, why="She is on holiday.", by="olga.board@made.example", now=now())
        Deadline.objects.filter(episode=episode, act="due").update(due_at=1)
        keep_due([episode])
    told = visitor.get("/board?team=board").text
    assert "waits since" in told
    assert "1 late" not in told


def test_who_looks_on_moves_nothing(app: App, office: Office) -> None:
    episode = office.comes("Dan Rot")
    for role in ("viewer", "marketing"):
        _, visitor = app.signed_in(role)
        told = visitor.get("/board?team=board").text
        assert f'id="episode-{episode}"' in told
        assert 'draggable="true"' not in told
        assert "data-gives" not in told
        token = told.partition('"X-CSRFToken": "')[2].partition('"')[0]
        seen = visitor.post(f"/episodes/{episode}/assign", token=token, to="tom.board@made.example")
        assert (seen.status, "may not assign" in seen.text) == (422, True)
    assert office.owner(episode) == "olga.board@made.example"
    _, seller = app.signed_in("sales")
    assert "/board" not in seller.get("/home").text


@pytest.mark.parametrize(
    ("running", "theme", "width"),
    [("sqlite", "light", 1280), ("postgresql", "dark", 390)],
    indirect=["running"],
)
def test_nothing_keeps_anybody_from_using_the_board(
    app: App, browser: Browser, office: Office, theme: str, width: int
) -> None:
    late = office.comes("Eva " + "Lind" * 30)
    with using(app.database):
        Deadline.objects.filter(episode=late, act="due").update(due_at=1)
        keep_due([late])
    _, visitor = app.signed_in("manager")
    page, wrong = window(app, browser, visitor, "/board?team=board", theme=theme, width=width)
    expect(column(page, "Olga").locator("[data-episode]")).to_be_visible()
    assert fits(page)
    assert wrong == []
    page.context.close()
