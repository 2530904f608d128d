"""What each rule did of late, and how healthy the data are: for everybody who reads agreements."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from handraiser.edge.data_health import health_of
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of
from handraiser.store.drawn import draw_leads
from handraiser.store.models import Episode, Handoff
from tests.app.visitors import App
from tests.live.company import DAY, HOUR, Clock, publish, send, using, worker
from tests.servers import until

HOSTILE = "<script>document.title = 'taken'</script>"
AGREEMENT = f"""
agreement: looked
title: Looked <b>at</b>
fit:
  rules:
    - {{rule: big, title: "{HOSTILE}", when: lead.employees >= 50, points: 15}}
engagement:
  rules:
    - {{rule: story, title: Read our story, event: Story Read, points: 20}}
    - {{rule: prices, title: Looked at prices, event: Page Viewed, where: path like '/pricing%', points: 5}}
    - {{rule: demo, title: Asked for a demo, event: Demo Requestet, points: 50}}
qualify: {{mql: score >= 25}}
"""
LEADS = 12  # of whom every second has told how many they are


@pytest.fixture(scope="module")
def looked(app: App) -> App:
    """Twelve leads who read our story; every third looked at prices too.

    Whoever has not told how many they are came by an advertisement.
    """
    with using(app.database):
        begin = time.time_ns() // 1_000 - 20 * DAY
        publish([AGREEMENT], begin)
        clock = Clock(begin)
        one = worker(clock)
        for number in range(LEADS):
            at = begin + number * DAY
            clock.at = at + HOUR
            told = {"employees": 80} if number % 2 == 0 else {}
            ad = "?utm_source=google&utm_medium=cpc" if number % 2 else ""
            page = {"path": "/", "url": f"https://made.example/{ad}"}
            did = [{"type": "identify", "traits": {"name": f"Ann {number}", **told}}]
            did += [{"type": "page", "properties": page}]
            did += [{"type": "track", "event": "Story Read"}]
            if number % 3 == 0:
                did += [{"type": "page", "properties": {"path": "/pricing"}}]
            did += [{"type": "track", "event": "Demo Requested"}] if number == 1 else []
            for k, each in enumerate(did):
                sent_at = datetime.fromtimestamp((at + k) / 1e6, UTC).isoformat()
                send(
                    [each | {"userId": f"u{number}", "messageId": f"{number}-{k}", "timestamp": sent_at}], at
                )
            one.settle()
        first = Episode.objects.order_by("begun_at")[0]
        Handoff.objects.filter(pk=first.pk).update(stage="customer")
    return app


def test_a_rep_reads_what_each_rule_did_and_which_mqls_it_decided(looked: App) -> None:
    _, rep = looked.signed_in("sales")
    part = "/agreements/looked/yields"
    assert f'hx-get="{part}"' in rep.get("/agreements/looked").text

    def found() -> str | None:
        text = rep.get(part, HX_Request="true").text
        time.sleep(0.05)
        return None if "hx-trigger" in text else text

    text = until(found, says="the history is never read")
    told = dict(re.findall(r'id="yield-(\w+)"[^>]*>(.*?)</div>', text))
    said = {name: re.sub(r"<[^>]+>", "|", each) for name, each in told.items()}
    # Six who are big, and two of the others by their look at prices: 9 and 3 of each, 0 and 6 of both.
    assert "8 leads became MQLs, of whom 1 bought" in text
    assert (
        said["story"] == "|Fired for 12 leads in 30 days||part of 8 of 8 MQLs, of whom 1 bought|"
        "|decided 8, of whom 1 bought|"
    )
    assert said["big"].startswith("|Holds for 6 of 12 leads||part of 6 of 8 MQLs")
    assert "|decided 6, of whom 1 bought|" in said["big"]
    assert "Fired for 4 leads in 30 days" in said["prices"]
    assert said["prices"].endswith("|decided 2|")
    assert "silent for 30 days" in said["demo"]
    assert "“Demo Requested” these days" in said["demo"]
    kept = rep.get("/agreements/looked").text
    assert "decided 8, of whom 1 bought" in kept
    assert "hx-trigger" not in kept.partition("In words")[2].partition("The file")[0]


def test_it_is_shown_of_whom_rules_can_be_decided_and_what_is_worth_collecting(
    looked: App, browser: Browser
) -> None:
    _, viewer = looked.signed_in("viewer")
    context = browser.new_context(base_url=looked.url, viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": looked.url} for name, value in viewer.cookies.items()]
    )
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto("/agreements/looked")
    page.get_by_role("link", name="Data health").click()
    worth = page.get_by_role("region", name="Worth collecting")
    expect(worth).to_contain_text("lead.employees is unknown for 50 % of leads")
    expect(worth).to_contain_text("at most 4 more leads could qualify as they stand now")
    expect(page.get_by_text("Of all 12 leads.")).to_be_visible()
    row = page.get_by_role("row", name=HOSTILE)
    expect(row).to_contain_text("50 % of 12 true")
    heads = page.locator("[aria-labelledby=health-conditions] thead tr").last.locator("th")
    expect(heads).to_have_text(["all", "direct", "paid search"])
    assert Axe().run(page).response["violations"] == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(row).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert Axe().run(page).response["violations"] == []
    assert wrong == []
    context.close()


def test_of_more_leads_than_are_looked_at_some_are_drawn_and_told_as_all(looked: App) -> None:
    with using(looked.database):
        publication = live_of("looked", time.time_ns() // 1_000)
        assert publication is not None
        found = health_of(agreement_of(publication), now=time.time_ns() // 1_000, most=5)
        assert found is not None
        assert (found.looked_at, found.leads) == (5, LEADS)
        drawn = draw_leads(5)
        assert draw_leads(5) == drawn  # what differs later has changed meanwhile
        assert len(set(drawn.leads)) == 5
        assert not drawn.all
        assert draw_leads(100).all
