"""Marketing shows three who bought, sees what they share that others do not, and has it written as a rule."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.agreement import load
from handraiser.store.bulk import query
from handraiser.store.models import Consent, Draft, Outcome
from tests.app.visitors import App, Visitor
from tests.live.company import DAY, HOUR, Clock, publish, send, using, worker

HOSTILE = "<script>document.title = 'taken'</script>"
AGREEMENT = """
agreement: by_example
title: By example
fit:
  rules:
    - {rule: country, title: Where we sell, when: lead.country = 'FR', points: 5}  # only there, says sales
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10}
qualify: {mql: score >= 40}
recycle: {reasons: {no_budget: {}}}
"""
LEADS, BOUGHT = 60, 4


class Examples(NamedTuple):
    app: App
    bought: list[int]
    turned_down: int
    objects: int


@pytest.fixture(scope="module")
def examples(app: App) -> Examples:
    """Sixty leads, of whom four bought, after they had looked at prices; then all four read a welcome."""
    with using(app.database):
        begin = time.time_ns() // 1_000 - 40 * DAY
        publish([AGREEMENT], begin)
        items: list[dict[str, object]] = []
        for number in range(LEADS):
            did = [{"type": "identify", "traits": {"name": f"Ann {number} {HOSTILE}", "country": "FR"}}]
            did += [_viewed(f"/blog/{number % 7}")] * (number % 4)
            if number < BOUGHT or number == 30:
                did += [_viewed("/pricing/enterprise")]
            if number < BOUGHT:
                did += [{"type": "track", "event": "Webinar Attended", "properties": {"title": HOSTILE}}]
            items += [_said(each, number, k, begin + number * 1_000 + k * HOUR) for k, each in enumerate(did)]
            if number < BOUGHT:
                items.append(_said({"type": "track", "event": "Welcome Read"}, number, 99, begin + 30 * DAY))
        send(items, begin + 31 * DAY, imported=True)
        worker(Clock(begin + 32 * DAY)).settle()
        leads = [_lead(f"u{number}") for number in range(LEADS)]
        for number in range(BOUGHT):
            _outcome(leads[number], "customer", begin + (20 + number) * DAY)
        _outcome(leads[40], "recycled", begin + 20 * DAY, reason="no_budget")
        Consent.objects.create(
            person_id=leads[3], purpose="profiling", says="objection", at=begin, noted_at=begin, by="x"
        )
    return Examples(app, leads[:BOUGHT], leads[40], leads[3])


def _viewed(path: str) -> dict[str, object]:
    return {"type": "page", "properties": {"path": path}}


def _said(item: dict[str, object], number: int, place: int, at: int) -> dict[str, object]:
    named = {"userId": f"u{number}", "messageId": f"u{number} {place}"}
    return item | named | {"timestamp": datetime.fromtimestamp(at / 1e6, UTC).isoformat()}


def _lead(user: str) -> int:
    sql = (
        "SELECT root_id FROM store_identifier JOIN store_person AS person ON person.id = person_id "
        "WHERE kind = 'user' AND value = %s"
    )
    return int(query(sql, [user])[0][0])


def _outcome(lead: int, stage: str, at: int, reason: str | None = None) -> None:
    Outcome.objects.create(
        person_id=lead, agreement="", stage=stage, at=at, known_at=at, reason=reason, by="crm"
    )


def asked(leads: list[int]) -> str:
    return "&".join(f"lead={each}" for each in leads)


def rules_in(text: str) -> list[str]:
    """Return the rules that a page would write, in their order."""
    return [
        html.unescape(each)
        for each in re.findall(r'<textarea name="rule" hidden>(.*?)</textarea>', text, re.S)
    ]


def written(visitor: Visitor, path: str, text: str, rule: str) -> str:
    """Have a rule of a page be written; return where one is then."""
    found = re.findall(
        r'name="section" value="(\w+)">\s*<textarea name="rule" hidden>(.*?)</textarea>', text, re.S
    )
    section = next(each for each, said in found if html.unescape(said) == rule)
    seen = visitor.post(path, section=section, rule=rule)
    assert seen.status == 302, seen.text
    return seen.headers["location"]


def test_what_who_bought_did_before_is_found_and_written_into_a_draft(examples: Examples) -> None:
    marketing = examples.app.signed_in("marketing")[1]
    seen = marketing.get("/agreements/by_example/examples?bought=10")
    latest = examples.bought[2::-1]  # the fourth objects to profiling
    assert seen.headers["location"] == f"/agreements/by_example/examples?{asked(latest)}"
    seen = marketing.get(seen.headers["location"])
    assert html.escape(f"Ann 0 {HOSTILE}") in seen.text
    assert f"Ann 0 {HOSTILE}" not in seen.text
    assert "Who bought last" not in seen.text
    assert "The last 3 who bought" in seen.text
    assert "No budget" in seen.text

    shared = marketing.get(f"/agreements/by_example/examples/shared?{asked(latest)}").text
    assert HOSTILE not in shared
    assert "Three leads are few" in shared
    assert "Welcome Read" not in shared  # that was later
    rules = rules_in(shared)
    by_example = [rule for rule in rules if "Webinar Attended" in rule or "/pricing" in rule]
    assert rules[: len(by_example)] == by_example
    assert "all 3" in shared
    webinar = next(rule for rule in rules if "Webinar Attended" in rule)
    first = written(marketing, "/agreements/by_example/examples", shared, webinar)
    assert re.fullmatch(r"/agreements/by_example/edit\?draft=\d+", first)
    pricing = next((rule for rule in rules if "/pricing" in rule), None)
    again = marketing.get(f"/agreements/by_example/examples/shared?{asked(latest)}").text
    assert "asks for this already" in again
    if pricing:
        assert written(marketing, "/agreements/by_example/examples", again, pricing) == first
    with using(examples.app.database):
        text = Draft.objects.get(pk=int(first.rpartition("=")[2])).text
    assert "# only there, says sales" in text
    names = [rule.name for rule in load(text, file="draft").engagement.rules]
    assert names[0] == "paper"
    assert len(names) == len(set(names)) > 1
    assert html.escape(names[1]) in marketing.get(first).text


def test_who_was_sent_back_is_looked_at_as_before_and_an_example_of_one_is_little(examples: Examples) -> None:
    marketing = examples.app.signed_in("marketing")[1]
    proof = marketing.get(f"/leads/{examples.turned_down}/proof").text
    assert f'href="/agreements/by_example/examples?lead={examples.turned_down}"' in proof
    seen = marketing.get("/agreements/by_example/examples?reason=no_budget")
    assert seen.headers["location"].endswith(f"?lead={examples.turned_down}")
    shared = marketing.get(f"/agreements/by_example/examples/shared?lead={examples.turned_down}").text
    assert "before it was sent back or lost" in shared
    assert "One lead is few" in shared
    assert "Nothing stands out" in shared
    assert "stands out</span>" not in shared


def test_a_new_agreement_can_begin_with_examples(examples: Examples) -> None:
    marketing = examples.app.signed_in("marketing")[1]
    shared = marketing.get(f"/proposals/examples/shared?{asked(examples.bought)}").text
    rule = rules_in(shared)[0]
    where = written(marketing, "/proposals/examples", shared, rule)
    assert where.startswith("/proposals/new?draft=")
    with using(examples.app.database):
        text = Draft.objects.get(pk=int(where.rpartition("=")[2])).text
    agreement = load(text, file="draft")
    assert len(agreement.fit.rules) + len(agreement.engagement.rules) == 1
    wrong = marketing.post("/proposals/examples", section="fit", rule="- rule: [", lead=examples.bought[0])
    assert wrong.status == 422
    assert 'role="alert"' in wrong.text


def test_leads_are_found_added_and_their_rule_is_written(examples: Examples, browser: Browser) -> None:
    page, wrong = opened(examples.app, browser)
    page.goto("/agreements/by_example")
    page.get_by_label("More of this agreement").click()
    page.get_by_role("link", name="A rule from examples").click()
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    for number in range(3):
        page.get_by_label("Find a lead").fill(f"Ann {number} <")
        page.get_by_role("link", name=re.compile(rf"Add Ann {number} ")).click()
        expect(page.locator(".examples-chosen li")).to_have_count(number + 1)
    first = page.locator(".examples-finding").first
    expect(first).to_contain_text("all 3")
    first.locator("summary").click()
    expect(first.locator("pre")).to_contain_text("- rule: ")
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(first).to_contain_text("all 3")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    first.get_by_role("button", name="Write it").click()
    expect(page.locator("#checked")).to_contain_text("What it changes")
    assert page.title() != "taken"
    assert wrong == []
    page.context.close()


def opened(app: App, browser: Browser) -> tuple[Page, list[str]]:
    """Return a page of somebody of marketing, and what the browser complains about."""
    visitor = app.signed_in("marketing")[1]
    context = browser.new_context(base_url=app.url, viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
    )
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong


def barriers(page: Page) -> list[object]:
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
