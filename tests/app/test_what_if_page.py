"""What if: marketing moves numbers, and sees what the past says; all of it is in the address."""

from __future__ import annotations

import html
import json
import re
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.agreement import load
from handraiser.agreement.wording import number
from handraiser.edge.web.api.scores import explained
from handraiser.edge.web.templatetags.frame import at_least
from handraiser.edge.web.whatif.fields import supposed
from handraiser.store.bulk import query
from handraiser.store.models import Episode, Member, Team, User
from tests.app.visitors import App
from tests.live.company import DAY, HOUR, Clock, publish, send, using, worker

HOSTILE = "<script>document.title = 'taken'</script>"
AGREEMENT = """
agreement: moved
title: Moved about
targets: {mqls_per_month: 5}
engagement:
  max: 100
  rules:
    - {rule: mail, title: Clicked in a mail, event: Email Link Clicked, points: 8, decay: half-life 900 days}
    - {rule: story, title: Read our story, event: Story Read, points: 20}
fit: {rules: []}
qualify: {mql: score >= 15 and story}
handoff: {route: [{to: team moved}]}
"""
LEADS = 30  # of whom a third each have clicked in no mail, in one, and in two


@pytest.fixture(scope="module")
def moved(app: App) -> App:
    """Thirty leads who read our story, three days apart, some after clicks in mails."""
    with using(app.database):
        begin = time.time_ns() // 1_000 - 100 * DAY
        publish([AGREEMENT], begin)
        team = Team.objects.create(name="moved")
        seller = User.objects.create(email="sue@made.example", role="sales", created_at=0)
        Member.objects.create(team=team, user=seller, per_30_days=30)
        clock = Clock(begin)
        one = worker(clock)
        for number in range(LEADS):
            at = begin + number * 3 * DAY
            clock.at = at + HOUR
            who = {"userId": f"u{number}"}
            did = [{"type": "identify", "traits": {"name": f"Ann {number} {HOSTILE}"}}]
            did += [{"type": "track", "event": "Email Link Clicked"}] * (number % 3)
            did += [{"type": "track", "event": "Story Read"}]
            send([_said(each | who, f"{number}-{k}", at + k) for k, each in enumerate(did)], at)
            one.settle()
    return app


def _said(item: dict[str, object], name: str, at: int) -> dict[str, object]:
    return item | {"messageId": name, "timestamp": datetime.fromtimestamp(at / 1e6, UTC).isoformat()}


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


def figure(page: Page, says: str) -> list[str]:
    """Return a figure: by these numbers, and as it is live."""
    card = page.locator("[data-figures] .card-body", has_text=says)
    return card.inner_text().splitlines()[1:3]


@pytest.mark.parametrize(("score", "told"), [(69.999658, "69.9"), (70, "70"), (2.3, "2.3"), (-0.05, "-0.1")])
def test_a_score_that_is_below_a_threshold_is_not_shown_as_if_it_were_at_it(score: float, told: str) -> None:
    assert at_least(score) == told


def test_a_threshold_is_moved_seen_and_sent_to_somebody(moved: App, browser: Browser) -> None:
    page, wrong = opened(moved, browser)
    page.goto("/agreements/moved/what-if")
    drawn = page.locator("#what-if[data-curved] [data-plot] svg")
    expect(drawn).to_have_count(3, timeout=120_000)
    assert figure(page, "MQLs") == ["30", "live 30"]
    expect(page.get_by_text("Sales takes 7: 0 weeks are above that.")).to_be_visible()
    needed = page.get_by_label("score needed, Threshold")
    needed.fill("21")
    expect(page.locator("[data-people-of=lost] [data-count]")).to_have_text("10, 0 bought")
    assert page.url.endswith("?threshold=21")
    assert figure(page, "MQLs") == ["20", "live 30"]
    page.get_by_label("Threshold of the score", exact=True).press("ArrowRight")
    expect(needed).to_have_value("22")
    lost = page.locator("[data-people-of=lost] .list-group-item")
    expect(lost).to_have_count(10)
    expect(lost.first).to_contain_text(f"Ann 27 {HOSTILE}")
    expect(lost.first).to_contain_text("It needs score >= 22 (had 20)")
    page.locator("#f-mail-decay").fill("0")
    expect(page.locator("#f-mail-decay-wrong")).to_contain_text("leaves no time in which to decay")
    expect(page.locator("#f-mail-decay")).to_have_attribute("aria-invalid", "true")
    page.locator("#f-mail-decay").fill("800")
    page.get_by_label("points, Read our story").fill("50")
    expect(page.locator("[data-people-of=lost] [data-count]")).to_have_text("0")
    page.reload()
    expect(drawn).to_have_count(3)
    assert figure(page, "MQLs") == ["30", "live 30"]
    expect(page.locator(".whatif-changed")).to_have_count(3)
    assert Axe().run(page).response["violations"] == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(drawn).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Propose these").click()
    expect(page.locator("#checked")).to_contain_text("“Read our story” now gives 50 points, not 20")
    expect(page.get_by_label("The agreement")).to_have_value(re.compile("story, title: .* points: 50"))
    page.go_back()
    page.get_by_role("button", name="As it is live").click()
    expect(page).to_have_url(f"{moved.url}/agreements/moved/what-if")
    assert wrong == []
    page.context.close()


def story_rows(text: str) -> dict[str, list[str]]:
    """Return the rules of a story with what stands beside them."""
    rows = re.findall(r'<tr class="[^"]*"><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', text, re.S)
    return {title: re.findall(r"<td[^>]*>(.*?)</td>", cells, re.S) for title, cells in rows}


def test_a_story_under_both_has_the_numbers_that_explain_each(moved: App) -> None:
    visitor = moved.signed_in("marketing")[1]
    changes = {"threshold": "21", "story.points": "50", "mail.decay": "half-life 9 days"}
    with using(moved.database):
        sql = (
            "SELECT root_id FROM store_identifier JOIN store_person AS person ON person.id = person_id "
            "WHERE kind = 'user' AND value = 'u2'"
        )
        lead = int(query(sql)[0][0])
        live = load(AGREEMENT.strip() + "\n", file="made")
        tried = supposed(live, changes)
        at = time.time_ns() // 1_000 - 10 * DAY
        whys = [explained(lead, each, at) for each in (live, tried)]
        (begun,) = Episode.objects.filter(lead=lead).values_list("begun_at", flat=True)
    asked = f"lead={lead}&at={at}&{urlencode(changes)}"
    seen = visitor.get(f"/agreements/moved/what-if/story?{asked}", HX_Request="true")
    assert seen.status == 200
    rows = story_rows(seen.text)
    titles = {"mail": "Clicked in a mail", "story": "Read our story"}
    for place, why in enumerate(whys):
        shown = {title: cells[place] for title, cells in rows.items()}
        expected = {titles[each.rule]: each.points for each in why.rules}
        expected |= {"Fit": why.fit, "Engagement": why.engagement, "Score": why.score}
        assert shown == {title: number(points) for title, points in expected.items()}
    assert rows["Read our story"][2].startswith("50 points, not 20.")
    assert rows["Fit"][2] == "the same"
    told = json.loads(html.unescape(re.search(r'data-told="(.*?)"', seen.text)[1]))  # type: ignore[index]
    for side, why in zip(told["sides"], whys, strict=True):
        assert [each["at"] for each in side["mqls"]] == [
            round(each.mql_at.timestamp() * 1e6) // 1_000 for each in why.episodes
        ]
        assert side["points"][-1][1] <= why.score  # they fade
    assert told["sides"][0]["mqls"][0]["at"] == begun // 1_000
    assert [each["threshold"] for each in told["sides"]] == [15, 21]
    assert HOSTILE not in seen.text
    assert visitor.get("/agreements/moved/what-if/story?lead=999999").status == 404
    wrong = visitor.get(f"/agreements/moved/what-if/story?lead={lead}&mail.decay=0")
    assert "is not a decay" in wrong.text


def test_a_story_is_opened_by_keys_from_the_list_and_by_a_search(moved: App, browser: Browser) -> None:
    page, wrong = opened(moved, browser)
    page.goto("/agreements/moved/what-if?threshold=21")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=120_000)
    page.get_by_label("Open any lead").fill("Ann 3 ")
    page.locator("#story-found").get_by_role("button", name=re.compile("Story of Ann 3 ")).focus()
    page.keyboard.press("Enter")
    story = page.get_by_role("dialog")
    expect(story.get_by_role("heading", level=2)).to_be_focused()
    expect(story.locator("[data-told] svg")).to_be_visible()
    expect(story).to_contain_text("Never an MQL.")
    story.get_by_text("What moved it").first.click()
    expect(story.locator("tbody[data-turns]").first).to_contain_text("+20 Read our story")
    assert Axe().run(page).response["violations"] == []
    story.get_by_role("button", name="Now").click()
    expect(story.get_by_role("button", name="Now")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(story).not_to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    lost = page.locator("[data-people-of=lost] [data-story]").first
    lost.click(timeout=120_000)
    expect(story).to_contain_text("it does not qualify: it needs score >= 21 (had 20)")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert wrong == []
    page.context.close()
