"""A page in a real browser, as somebody who is signed in sees it, and what goes wrong in it."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.app.visitors import App, Visitor

__all__ = ["fits", "token_of", "window"]


def window(
    app: App, browser: Browser, visitor: Visitor, path: str, *, theme: str = "light", width: int = 1280
) -> tuple[Page, list[str]]:
    """Return a page that somebody has opened, and what the browser says is wrong with it, as it says so."""
    context = browser.new_context(
        base_url=app.url,
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 844 if width < 600 else 800},
    )
    cookies = [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path)
    return page, wrong


def fits(page: Page) -> bool:
    """Return whether a page is no wider than its window, and keeps nobody from using it; else raise."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    return bool(page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0)


def token_of(text: str) -> str:
    """Return the token that the forms of a page are sent with."""
    found = re.search(r'"X-CSRFToken": "(\w+)"', text)
    return found[1] if found else ""
