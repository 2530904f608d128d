"""What somebody of sales lives in, in a real browser: MQLs come, and something is said of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.store.models import Alarm, Deadline, Episode, Handoff, LogEntry, Move
from tests.app.desks import Desk, at_a_desk, now
from tests.app.visitors import App
from tests.live.company import using

HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"


@pytest.fixture
def desk(app: App, browser: Browser) -> Iterator[Desk]:
    with at_a_desk(app, browser) as somebody:
        yield somebody


def row(page: Page, episode: int):  # type: ignore[no-untyped-def]
    return page.locator(f"#episode-{episode}")


def test_a_new_mql_appears_by_itself_and_is_accepted_logged_and_qualified_by_keys(desk: Desk) -> None:
    page = desk.page
    page.goto("/queue")
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    episode = desk.becomes_an_mql("ann", name="Ann Field", email="ann@acme.example")
    expect(row(page, episode)).to_contain_text("Ann Field", timeout=15_000)
    expect(row(page, episode)).to_contain_text("10 points: paper +10")
    expect(row(page, episode)).to_contain_text("accept in 3 h")
    page.keyboard.press("j")
    expect(row(page, episode)).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="accepted")).to_be_visible()
    expect(row(page, episode)).to_contain_text("SAL")
    assert desk.handoff(episode).stage == "sal"
    expect(row(page, episode)).to_be_focused()
    page.keyboard.press("l")
    page.get_by_label("What", exact=True).select_option("call")
    page.get_by_label("Note").fill("Spoke for ten minutes.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    with using(desk.app.database):
        entry = LogEntry.objects.get(episode=episode)
    assert (entry.kind, entry.note, entry.by) == ("call", "Spoke for ten minutes.", desk.address)
    row(page, episode).focus()
    page.keyboard.press("q")
    page.get_by_role("dialog").get_by_role("button", name="Qualified by sales").click()
    expect(row(page, episode)).to_contain_text("SQL")
    assert desk.wrong == []
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_contain_text("The server does not answer", timeout=15_000)
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden(timeout=15_000)
    expect(row(page, episode)).to_contain_text("SQL")


def test_one_is_sent_back_with_a_reason_and_that_is_taken_back(desk: Desk) -> None:
    page = desk.page
    episode = desk.becomes_an_mql("ben", email="ben@bolt.example")
    page.goto("/queue")
    row(page, episode).get_by_role("button", name="Send back").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("ben@bolt.example")
    assert dialog.get_by_label("Why").locator("option").all_text_contents() == [
        "Choose",
        "Not ready",
        "No budget",
    ]
    dialog.get_by_label("Why").select_option("not_ready")
    dialog.get_by_label("Note").fill("Next year.")
    dialog.get_by_role("button", name="Send back").click()
    expect(row(page, episode)).to_have_count(0)
    assert (desk.handoff(episode).stage, desk.handoff(episode).reason) == ("recycled", "not_ready")
    page.get_by_role("button", name="Take back").click()
    expect(row(page, episode)).to_contain_text("MQL")
    assert desk.handoff(episode).stage == "mql"
    assert desk.wrong == []


def test_what_is_refused_says_so_in_the_form(desk: Desk) -> None:
    page = desk.page
    episode = desk.becomes_an_mql("cho", email="cho@carbide.example")
    page.goto("/queue")
    row(page, episode).get_by_role("button", name="Send back").click()
    page.get_by_label("Why").select_option("no_budget")
    with using(desk.app.database):  # a manager was quicker
        Handoff.objects.filter(pk=episode).update(stage="disqualified", ended_at=now())
    page.get_by_role("dialog").get_by_role("button", name="Send back").click()
    expect(page.get_by_role("alert").first).to_contain_text("disqualified")


def test_who_asked_for_sales_comes_first(desk: Desk) -> None:
    first = desk.becomes_an_mql("dan", email="dan@a.example")
    asked = desk.becomes_an_mql("eva", event="Demo Requested", email="eva@b.example")
    desk.page.goto("/queue")
    shown = desk.page.locator("[data-episode]").all()
    assert [each.get_attribute("data-episode") for each in shown] == [str(asked), str(first)]
    expect(shown[0]).to_contain_text("asked for sales")


def test_home_counts_what_waits_and_what_is_late(desk: Desk) -> None:
    page = desk.page
    episode = desk.becomes_an_mql("hal", email="hal@acme.example")
    desk.becomes_an_mql("ida", email="ida@acme.example")
    with using(desk.app.database):
        Deadline.objects.filter(episode=episode, act="due", kind="accept").update(due_at=1)
        Alarm.objects.create(episode_id=episode, kind="unassigned", why="test", opened_at=1)
    page.goto("/home")
    cards = page.locator(".today .card-body").all_inner_texts()
    assert [card.split("\n") for card in cards[1:]] == [
        ["Wait to be accepted", "2"], ["Late", "1"], ["Accepted and open", "0"], ["Alarms", "1"],
    ]  # fmt: skip
    expect(page.get_by_text("MQLs of the last seven days: 2")).to_be_visible()


def test_a_lead_becomes_an_opportunity_and_a_customer_on_its_page(desk: Desk) -> None:
    page = desk.page
    episode = desk.becomes_an_mql("jo", name="Jo", email="jo@acme.example")
    with using(desk.app.database):
        lead = Episode.objects.get(pk=episode).lead_id
    page.goto(f"/leads/{lead}")
    page.get_by_label("More to say").click()
    page.get_by_role("button", name="Open an opportunity").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill("1200")
    dialog.get_by_label("Expected to close").fill("2027-01-31")
    dialog.get_by_role("button", name="Open an opportunity").click()
    expect(page.get_by_role("heading", name="MQL 1: opportunity")).to_be_visible()
    page.get_by_role("button", name="Won").click()
    dialog.get_by_role("button", name="Won").click()
    expect(page.get_by_role("heading", name="MQL 1: customer")).to_be_visible()
    with using(desk.app.database):
        moves = Move.objects.filter(episode=episode, inferred=False).order_by("id")
        told = {each.became: each.details for each in moves}
    assert told["opportunity"] == {"amount": 1200.0, "expected_close": "2027-01-31"}
    assert told["customer"]["amount"] == 1200.0
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="MQL 1: opportunity")).to_be_visible()
    assert desk.wrong == []


def test_what_leads_say_is_shown_as_text(desk: Desk) -> None:
    page = desk.page
    episode = desk.becomes_an_mql("eve", name=HOSTILE, email="eve@evil.example", title=HOSTILE)
    page.goto("/queue")
    expect(row(page, episode)).to_contain_text("<script>document.title")
    row(page, episode).locator("[data-open]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Downloaded")).to_be_visible()
    expect(page.get_by_text("10 points: fit 0, engagement 10. Qualified, and stays so.")).to_be_visible()
    assert page.title() != "taken"
    assert desk.wrong == []


def test_another_reps_lead_is_not_to_be_seen_and_nobodys_is(app: App, desk: Desk) -> None:
    episode = desk.becomes_an_mql("fay", email="fay@acme.example")
    lead = desk.handoff(episode).episode_id
    _, stranger = app.signed_in("sales")
    assert stranger.get(f"/episodes/{lead}/log").status == 404
    assert f"episode-{episode}" not in stranger.get("/queue?whose=team").text
    assert f"episode-{episode}" not in stranger.get("/queue?whose=all").text
    with using(app.database):
        Handoff.objects.filter(pk=episode).update(owner=None, team=None)
    assert f"episode-{episode}" in stranger.get("/queue?whose=nobodys").text
    assert stranger.get(f"/episodes/{lead}/log").status == 200


@pytest.mark.parametrize(
    ("running", "theme", "width"),
    [("sqlite", "light", 1280), ("postgresql", "dark", 390)],
    indirect=["running"],
)
def test_nothing_keeps_anybody_from_using_a_page(desk: Desk, theme: str, width: int) -> None:
    page = desk.page
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    episode = desk.becomes_an_mql("gus", name="Gus", email="gus@acme.example")
    with using(desk.app.database):
        lead = Episode.objects.get(pk=episode).lead_id
    for path in (
        "/home",
        "/queue",
        "/queue?whose=nobodys",
        f"/leads/{lead}",
        "/account/password/change/",
        "/account/2fa/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle") if path.startswith("/leads") else None
        found = Axe().run(page)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    page.goto("/queue")
    row(page, episode).get_by_role("button", name="Log").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
