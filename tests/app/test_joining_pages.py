"""Two are said to be one on a lead's page, what that changes is shown before, and it is undone."""

from __future__ import annotations

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.flows.consenting import note_consent
from handraiser.store.models import Handoff, Join, Key, Person, Team, User
from tests.app.desks import AGREEMENT
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, publish, send, using, worker


def now() -> int:
    return time.time_ns() // 1_000


def two(app: App, name: str) -> tuple[int, int]:
    """Have two leads of a name, both MQLs, of two companies; somebody sells."""
    with using(app.database):
        if not Key.objects.exists():
            publish([AGREEMENT], now())
            Key.objects.create(digest="0" * 64, scope="track", created_at=0)
        team, _ = Team.objects.get_or_create(name="web")
        if not team.members.exists():
            seller, _ = User.objects.get_or_create(email="seller@made.example", role="sales", created_at=0)
            team.members.create(user=seller)
        leads = []
        for place, papers in ((1, 2), (2, 1)):
            who = f"{name}{place}"
            items = [
                {"type": "identify", "traits": {"name": f"{name} {place}", "email": f"{who}@{who}.example"}}
            ]
            items += [{"type": "track", "event": "Content Downloaded"}] * papers
            sent = [
                {"userId": who, "messageId": f"{who} {k} {now()}", **item} for k, item in enumerate(items)
            ]
            send(sent, now())
            worker(Clock(now() + 1_000_000)).settle()
            leads.append(Person.objects.filter(identifiers__kind="user", identifiers__value=who).get().pk)
        return leads[0], leads[1]


def opened(app: App, browser: Browser, visitor: Visitor) -> Page:
    context = browser.new_context(base_url=app.url, color_scheme="light")
    context.add_cookies(
        [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
    )
    return context.new_page()


def test_a_wrong_join_is_made_with_a_preview_and_undone(app: App, browser: Browser) -> None:
    first, second = two(app, "Otto")
    address, marketing = app.signed_in("marketing")
    page = opened(app, browser, marketing)
    page.goto(f"/leads/{first}")
    page.get_by_label("This is the same person as").fill("otto 2")
    page.get_by_role("button", name=f"The same person as Otto 2, lead {second}").click()
    dialog = page.get_by_role("dialog")
    rows = dialog.get_by_role("row")
    expect(rows.nth(2)).to_contain_text("20")
    assert [each.split("\t")[1:3] for each in rows.all_inner_texts() if "Otto" in each] == [
        ["20", "yes"], ["10", "yes"], ["30", "yes"],
    ]  # fmt: skip
    expect(dialog).to_contain_text("(web, seller@made.example) is mql and ends")
    assert Axe().run(page).response["violations"] == []
    with using(app.database):  # nothing has happened
        assert Person.objects.get(pk=second).root_id == second
        assert not Handoff.objects.filter(stage="merged", episode__lead=second).exists()
    dialog.get_by_role("button", name="They are one").click()
    expect(page.locator("#toast")).to_contain_text("Otto 1 of otto1.example are one.")
    expect(page.locator("#joins")).to_contain_text(f"said by {address}")
    with using(app.database):
        assert Person.objects.get(pk=second).root_id == first
    page.get_by_role("button", name="Undo the join").click()
    expect(dialog).to_contain_text("goes on again, as mql of Otto 2 of otto2.example")
    dialog.get_by_role("button", name="They are two").click()
    expect(page.locator("#joins")).to_contain_text("two again")
    assert Axe().run(page).response["violations"] == []
    with using(app.database):
        assert Person.objects.get(pk=second).root_id == second
        assert Join.objects.get(joined=second).undone_at is not None
    page.context.close()


def test_only_who_may_says_that_two_are_one(app: App) -> None:
    first, second = two(app, "Paul")
    _, sales = app.signed_in("sales")
    _, manager = app.signed_in("manager")
    path = f"/leads/{first}/same/{second}"
    assert sales.get(path).status == 403
    assert "This is the same person" not in app.signed_in("viewer")[1].get(f"/leads/{first}/joins").text
    assert "lead " + str(second) in manager.get(f"/leads/{first}/same?q=PAUL2@").text
    assert "No other lead" in manager.get(f"/leads/{first}/same?q=%25").text
    assert "<b>" not in manager.get(f"/leads/{first}/same?q=<b>").text
    twice = manager.get(f"/leads/{first}/same/{first}")
    assert (twice.status, "one with itself" in twice.text) == (422, True)
    token = manager.get("/home").text.partition('"X-CSRFToken": "')[2].partition('"')[0]
    with using(app.database):
        note_consent(second, purpose="profiling", says="objection", by="m@made.example", now=now())
    assert "objects to profiling: not scored" in manager.get(path).text
    assert manager.ask("POST", path, b"", {"X_CSRFToken": token}).status == 204
    assert manager.get(f"/leads/{second}").headers["location"] == f"/leads/{first}"
