"""From a visit to a customer's page: a real client tells of it, and a rep has an MQL, twice."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from segment.analytics import Client

from handraiser.flows.keys import make_key
from handraiser.store.models import Episode, Handoff, LogEntry
from tests.app.desks import Desk, at_a_desk, now
from tests.app.visitors import App
from tests.live.company import Clock, using, worker

WHO = "una of the journey"
PAPER = "Content Downloaded"


def visits(desk: Desk) -> int:
    """Have a lead do what makes an MQL, told by Segment's own client; return the episode that it is."""
    with using(desk.app.database):
        key = make_key("track", name="site", who="test", now=now()).text
    client = Client(key, host=desk.app.url, sync_mode=True)
    client.identify(WHO, {"name": "Una Vance", "email": "una@vance.example", "size": 120})
    client.track(WHO, PAPER, {"title": "Buying well"})
    with using(desk.app.database):
        worker(Clock(now() + 1_000_000)).settle()
        return int(Episode.objects.filter(lead__identifiers__value=WHO).latest("pk").pk)


def row(page: Page, episode: int):  # type: ignore[no-untyped-def]
    return page.locator(f"#episode-{episode}")


def test_a_visit_becomes_an_mql_that_is_worked_on_sent_back_and_comes_again(
    app: App, browser: Browser
) -> None:
    with at_a_desk(app, browser) as desk:
        page = desk.page
        page.goto("/queue")
        expect(page.get_by_text("Nothing waits here")).to_be_visible()
        episode = visits(desk)
        expect(row(page, episode)).to_contain_text("Una Vance", timeout=15_000)
        row(page, episode).get_by_role("button", name="Accept").click()
        expect(row(page, episode).get_by_role("button", name="Accept")).to_have_count(0)
        row(page, episode).focus()
        page.keyboard.press("l")
        page.get_by_label("What", exact=True).select_option("call")
        page.get_by_label("Note").fill("Asked for prices.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        row(page, episode).locator("[data-open]").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Una Vance")
        expect(page.get_by_text("Asked for prices.").first).to_be_visible()
        expect(page.get_by_text("Buying well").first).to_be_attached()
        page.goto("/queue")
        row(page, episode).get_by_role("button", name="Send back").click()
        page.get_by_role("dialog").get_by_label("Why").select_option("not_ready")
        page.get_by_role("dialog").get_by_role("button", name="Send back").click()
        expect(row(page, episode)).to_have_count(0)
        again = visits(desk)
        assert again != episode
        expect(row(page, again)).to_contain_text("Una Vance", timeout=15_000)
        row(page, again).focus()
        page.keyboard.press("a")
        expect(row(page, again).get_by_role("button", name="Accept")).to_have_count(0)
        page.keyboard.press("q")
        page.get_by_role("dialog").get_by_role("button", name="Qualified by sales").click()
        expect(row(page, again)).to_contain_text("SQL")
        assert desk.wrong == []
        with using(app.database):
            first, second = Handoff.objects.get(pk=episode), Handoff.objects.get(pk=again)
            assert LogEntry.objects.get(episode=episode).kind == "call"
        assert (first.stage, first.reason, second.stage) == ("recycled", "not_ready", "sql")
