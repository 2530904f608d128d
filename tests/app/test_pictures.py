"""Every page as it looks on a desk and in a hand, by day and by night: pictures are in `build/pictures`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.edge.played.cast import DEMO_USERS, PASSWORD
from handraiser.edge.proposal_tests import reckon_backtest
from handraiser.flows.proposing import propose
from handraiser.store.models import Publication, User
from tests.app.by_keyboard import not_by_keyboard
from tests.app.visitors import App
from tests.live.company import using

PICTURES = Path(__file__).parents[2] / "build/pictures"
DESK, HAND = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MOST = 300_000  # bytes, packed, that a page and all it loads may be
PAGES = {
    "sales": [
        "/home",
        "/queue",
        "/queue?whose=team",
        "/account/2fa/",
        "/account/password/change/",
        "/nowhere",
    ],
    "manager": ["/home", "/queue?whose=all", "/board", "/teams", "/teams/emea", "/routes"],
    "marketing": [
        "/home",
        "/board",
        "/agreements",
        "/agreements/crm-software",
        "/agreements/crm-software/what-if?threshold=70",
    ],
    "marketing writes": [
        "/agreements/crm-software/edit",
        "/proposals/new",
        "/fields",
        "/agreements/crm-software/health",
        "/agreements/crm-software/examples",
    ],
    "administrator": ["/home", "/people", "/teams", "/teams/americas"],
    "viewer": ["/home", "/teams/pacific"],
}


class Watching:
    """What a page loads: how many bytes, and from where else than from us."""

    def __init__(self, page: Page, ours: str) -> None:
        self.bytes, self.elsewhere, self._ours = 0, [], urlsplit(ours).netloc
        page.on("request", self._asked)
        told = page.context.new_cdp_session(page)
        told.send("Network.enable")
        told.on("Network.loadingFinished", self._came)

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).netloc not in (self._ours, ""):
            self.elsewhere.append(request.url)

    def _came(self, told: dict[str, Any]) -> None:
        self.bytes += int(told["encodedDataLength"])


@contextmanager
def signed_in(demo: App, browser: Browser, role: str) -> Iterator[Page]:
    """Give a page of somebody of a role, of whom nothing is kept by the browser yet."""
    user = next(each for each in DEMO_USERS if each.role == role)
    visitor = demo.nobody()
    visitor.post("/account/login/", login=user.email, password=PASSWORD)
    context = browser.new_context(base_url=demo.url, viewport=DESK, color_scheme="light")
    context.add_cookies(
        [{"name": name, "value": value, "url": demo.url} for name, value in visitor.cookies.items()]
    )
    yield context.new_page()
    context.close()


def look_at(page: Page, demo: App, path: str, name: str) -> None:
    """Open a page, keep pictures of it, and see whether everybody can use it."""
    watching = Watching(page, demo.url)
    page.goto(path, wait_until="networkidle")
    # What each rule did comes once the history has been read.
    expect(page.get_by_text("Finding out what each rule did")).to_have_count(0, timeout=60_000)
    assert watching.elsewhere == [], path
    assert watching.bytes < MOST, path
    assert not_for_all(page) == [], path
    assert not_by_keyboard(page) == [], path
    for theme in ("light", "dark"):
        if page.evaluate("document.documentElement.dataset.bsTheme") != theme:
            page.locator("[data-theme-switch]").click()
            page.mouse.move(0, 0)
        for place, size in (("desk", DESK), ("hand", HAND)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=PICTURES / f"{name}-{place}-{theme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} pixels too wide at {place}"
    assert not_for_all(page) == [], f"{path}, in the hand, by night"
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.locator("[data-theme-switch]").click()


def not_for_all(page: Page) -> list[tuple[str, str]]:
    """Return what keeps somebody from using a page, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def somebody(demo: App) -> int:
    """Return the number of somebody who has chosen no password yet."""
    with using(demo.database):
        return int(User.objects.get(email__startswith="hugo@").pk)


def invited(demo: App) -> str:
    """Return the path of a link by which they choose one."""
    diya = next(each for each in DEMO_USERS if each.role == "administrator")
    visitor = demo.nobody()
    visitor.post("/account/login/", login=diya.email, password=PASSWORD)
    csrf = visitor.get("/people").text.partition('"X-CSRFToken": "')[2].partition('"')[0]
    told = visitor.post(f"/people/{somebody(demo)}/link", token=csrf).text
    return "/join/" + told.partition("/join/")[2].partition('"')[0].partition("<")[0]


def proposed(demo: App, folder: Path) -> str:
    """Have marketing propose another threshold, with what it would have found; return its page."""
    emil = next(each for each in DEMO_USERS if each.role == "marketing")
    with using(demo.database):
        at = time.time_ns() // 1_000
        live = Publication.objects.filter(name="crm-software", shadow=False).latest("live_from")
        text = live.text.replace("score > 50", "score > 60")
        made = propose(text, comment="Fifty is soon come by.", by=emil.email, now=at)
        reckon_backtest(made.pk, folder, now=at)
    return f"/proposals/{made.pk}"


@pytest.mark.parametrize("which", PAGES)
def test_every_page_can_be_used_by_all_and_loads_little_and_nothing_from_elsewhere(
    demo: App, browser: Browser, which: str, tmp_path: Path
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    role = which.partition(" ")[0]
    with signed_in(demo, browser, role) as page:
        for path in PAGES[which]:
            name = f"{role}-{path.strip('/').replace('/', '-').replace('?', '-').replace('=', '-')}"
            look_at(page, demo, path, name)
            page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        if which == "marketing":
            look_at(page, demo, proposed(demo, tmp_path), "marketing-proposal")
        if role == "administrator":
            look_at(page, demo, f"/people/{somebody(demo)}", "administrator-person")
        if role == "sales":
            page.goto("/queue?whose=team")
            path = page.locator("[data-open]").first.get_attribute("href") or ""
            look_at(page, demo, path, "sales-lead")


def test_who_is_not_signed_in_can_use_what_they_see(demo: App, browser: Browser) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(base_url=demo.url, viewport=DESK, color_scheme="light")
    for path in ("/account/login/", "/account/password/reset/"):
        look_at(context.new_page(), demo, path, f"nobody{path.replace('/', '-').rstrip('-')}")
    look_at(context.new_page(), demo, invited(demo), "nobody-join")
    context.close()
