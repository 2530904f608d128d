"""A lead's page: what somebody reads before a call, and what can be said there of who did something."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.agreement import load
from handraiser.edge.web.api.scores import explained
from handraiser.store.bulk import query
from handraiser.store.models import (
    Destination,
    Episode,
    Handoff,
    LogEntry,
    Outcome,
    Outgoing,
    Publication,
    Team,
    User,
)
from tests.app.visitors import App, Visitor
from tests.live.company import DAY, HOUR, Clock, publish, send, using, worker

AGREEMENT = """
agreement: leads_page
fit: {rules: [{rule: top_floor, title: On the top floor, when: lead.floor >= 10, points: 5}]}
engagement:
  decay: half-life 30 days
  rules:
    - {rule: story, title: Read our story, event: Story Read, points: 20, say: They read our story.}
    - {rule: mail, title: Clicked in a mail, event: Email Link Clicked, points: 8}
qualify: {mql: score >= 15 and story}
handoff:
  accept_within: 4 hours
  follow_up: [{do: call, within: 60 days}]
  route: [{to: team leads_page}]
recycle: {reasons: {not_ready: {}, expired: {}}}
"""
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
BOT = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}


def now() -> int:
    return time.time_ns() // 1_000


class Story(NamedTuple):
    """A lead with a past, whose it is, and somebody else of sales."""

    app: App
    owner: str
    visitor: Visitor
    lead: int
    episode: int


class Teller:
    """Has things happen to a lead, at instants that rise."""

    def __init__(self, user: str, company: str, at: int) -> None:
        self.user, self.company, self.clock = user, company, Clock(at)
        self._worker = worker(self.clock)
        self._said = 0

    def hears(self, kind: str, at: int, **more: object) -> None:
        self.clock.at = at
        self._said += 1
        send([{"type": kind, "userId": self.user, "messageId": f"{self.user} {self._said}", **more}], at)
        self.clock.at += 1_000_000
        self._worker.settle()

    def begins(self, at: int, **traits: object) -> int:
        """Be somebody who works somewhere; return the lead."""
        self.hears("identify", at, traits=traits)
        self.hears("group", at + HOUR, groupId=self.company, traits={"name": self.company, "town": HOSTILE})
        sql = (
            "SELECT root_id FROM store_person AS person JOIN store_identifier AS identifier "
            "ON identifier.person_id = person.id WHERE identifier.kind = 'user' AND identifier.value = %s"
        )
        ((lead,),) = query(sql, [self.user])
        return int(lead)


@pytest.fixture(scope="module")
def story(app: App) -> Story:
    """Ann, with a click by a machine, a story read and a page viewed, has been with sales for two days."""
    owner, visitor = app.signed_in("sales")
    own = owner.partition("@")[0]
    with using(app.database):
        if not Publication.objects.filter(name="leads_page").exists():
            publish([AGREEMENT], now() - 100 * DAY)
        team, _ = Team.objects.get_or_create(name="leads_page")
        team.members.all().delete()
        team.members.create(user=User.objects.get(email=owner))
        begin = now() - 40 * DAY
        ann = Teller(f"ann of {own}", f"acme of {own}", begin)
        lead = ann.begins(
            begin,
            name=f"Ann {HOSTILE}",
            email=f"ann@{own}.example",
            phone="+1 555 0100",
            floor=12,
            motto=HOSTILE,
        )
        mail = {"subject": HOSTILE, "email_id": "spring"}
        ann.hears("track", begin + 10 * DAY, event="Email Link Clicked", properties=mail, context=BOT)
        ann.hears("page", begin + 20 * DAY, properties={"path": "/pricing", "title": HOSTILE})
        ann.hears("track", begin + 38 * DAY, event="Story Read", properties={HOSTILE: HOSTILE})
        episode = Episode.objects.get(lead=lead, agreement="leads_page")
        Handoff.objects.filter(pk=episode.pk).update(owner=User.objects.get(email=owner), team=team)
        LogEntry.objects.create(
            episode=episode,
            kind="note",
            at=begin + 39 * DAY,
            logged_at=begin + 39 * DAY,
            by=owner,
            note=HOSTILE,
        )
    return Story(app, owner, visitor, lead, episode.pk)


def opened(story: Story, browser: Browser, *, width: int, theme: str) -> tuple[Page, list[str]]:
    """Open the page; return it, and what the browser complains about."""
    context = browser.new_context(
        base_url=story.app.url,
        color_scheme=theme,
        viewport={"width": width, "height": 900},  # type: ignore[arg-type]
    )
    context.add_cookies(
        [
            {"name": name, "value": value, "url": story.app.url}
            for name, value in story.visitor.cookies.items()
        ]
    )
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"/leads/{story.lead}")
    expect(page.locator("[data-drawing] svg")).to_be_visible()
    return page, wrong


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (390, "light")])
def test_a_rep_reads_who_why_what_to_say_and_says_who_clicked(
    story: Story, browser: Browser, width: int, theme: str
) -> None:
    page, wrong = opened(story, browser, width=width, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ann {HOSTILE}")
    expect(page.get_by_role("link", name="+1 555 0100")).to_have_attribute("href", "tel:+15550100")
    expect(page.get_by_role("heading", name="MQL 1: mql")).to_be_visible()
    expect(page.get_by_text("They read our story.")).to_be_visible()
    expect(page.get_by_text("Score 25 (it takes 15 or more)").first).to_be_visible()
    next_one, score = page.locator(".lead-next"), page.locator(".lead-scored")
    assert (next_one.bounding_box() or {"y": 0})["y"] < (score.bounding_box() or {"y": 0})["y"]
    expect(next_one).to_contain_text("Accept")
    expect(next_one).to_contain_text("late")
    expect(next_one).to_contain_text("Call")
    expect(score).to_contain_text(re.compile(r"Qualified until \d+ \w+ \d{4}"))
    expect(score.locator("[data-summary]")).to_contain_text("The line is at 15.")
    for where in (".lead-who", ".lead-notes", ".lead-company", ".lead-timeline"):
        expect(page.locator(where)).to_contain_text(HOSTILE[:30])
    click = page.get_by_role("listitem").filter(has_text="Clicked a link in a mail")
    expect(click).to_contain_text("machine")
    before = page.locator("#standing").inner_text()
    click.locator("summary").click()
    click.get_by_role("button", name="A person did this").click()
    expect(click).to_contain_text(f"a person, says {story.owner}")
    expect(page.locator("#standing")).not_to_have_text(before)  # without a reload
    expect(score.locator("[data-turns]")).to_contain_text("+8 Clicked in a mail")
    expect(score.locator("svg")).to_be_visible()
    click.get_by_role("button", name="A machine did this").click()
    expect(click).to_contain_text(f"a machine, says {story.owner}")
    expect(score.locator("[data-turns]")).not_to_contain_text("Clicked in a mail")
    for each in page.locator("details:not(.menu) > summary").all():
        if not each.locator("xpath=..").evaluate("each => each.open"):
            each.click()
    found = Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.title() != "taken"
    assert wrong == []
    page.context.close()


def test_the_chart_passes_through_what_explain_shows(story: Story) -> None:
    seen = story.visitor.get(f"/leads/{story.lead}/course?agreement=leads_page&days=90")
    drawn = json.loads(seen.text)
    assert (drawn["threshold"], drawn["zone"]) == (15, "UTC")
    assert [turn["says"] for turn in drawn["turns"]] == [["+5 On the top floor"], ["+20 Read our story"]]
    assert [turn["who"] for turn in drawn["turns"]] == [True, False]
    assert [(each["says"], each["score"]) for each in drawn["episodes"]] == [("MQL 1", 25)]
    agreement = load(AGREEMENT.strip() + "\n", file="made")
    with using(story.app.database):
        asked = drawn["points"][::40] + [[turn["at"], turn["score"]] for turn in drawn["turns"]]
        for at, score in asked:
            # Browsers count milliseconds: what is shown is of an instant of this one.
            within = [explained(story.lead, agreement, at * 1_000 + more).score for more in (0, 999)]
            assert min(within) - 1e-4 <= score <= max(within) + 1e-4
        begun = Episode.objects.get(pk=story.episode).begun_at
        assert explained(story.lead, agreement, begun).score == drawn["turns"][-1]["score"]


def test_a_long_timeline_is_read_page_by_page_in_the_readers_days(story: Story) -> None:
    reader, visitor = story.app.signed_in("manager")
    with using(story.app.database):
        User.objects.filter(email=reader).update(timezone="Pacific/Auckland")
        long = Teller(f"long of {story.owner}", "long", now() - 9 * DAY)
        lead = long.begins(now() - 9 * DAY, email=f"long@{story.owner.partition('@')[0]}.example")
        at = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000
        same = [{"event": "Noted Thing", "properties": {"number": number}} for number in range(60)]
        for number, each in enumerate(same):
            each |= {"timestamp": datetime.fromtimestamp((at + number // 7 * HOUR) / 1e6, UTC).isoformat()}
        items = [
            {"type": "track", "userId": long.user, "messageId": f"{long.user} n{number}", **each}
            for number, each in enumerate(same)
        ]
        send(items, now() - 8 * DAY, imported=True)
        long.hears("track", now() - 7 * DAY, event="Story Read")
        day = now() - 6 * DAY
        Outcome.objects.create(person_id=lead, stage="sql", at=day, known_at=day, by="crm", note=HOSTILE)
    path: str | None = f"/leads/{lead}/timeline"
    found, days, pages = [], [], 0
    while path is not None:
        seen = visitor.get(path)
        found += re.findall(r'id="item-(\d)-(\d+)"', seen.text)
        days += re.findall(r'class="lead-day">([^<]*)<', seen.text)
        more = re.search(r'hx-get="([^"]*before=[^"]*)"', seen.text)
        path, pages = unquote(more[1]).replace("&amp;", "&") if more else None, pages + 1
    assert pages == 3
    assert (
        len(found) == len(set(found)) == 61 + 3
    )  # it became an MQL, was given to somebody, and a CRM knew more
    assert {rank for rank, _ in found} == {"0", "2", "3", "4"}
    assert len(days) == len(set(days))
    assert days[-1] == "Monday, 2 March 2026"  # it is tomorrow already in Auckland


def test_who_only_looks_on_judges_nothing_and_a_stranger_sees_nothing(story: Story) -> None:
    with using(story.app.database):
        ((done,),) = query(
            "SELECT max(id) FROM store_activity WHERE person_id = %s AND verdict = 'machine'", [story.lead]
        )
        before = query("SELECT count(*) FROM store_judgement")
    path = f"/leads/{story.lead}/events/{done}/judged"
    _, viewer = story.app.signed_in("viewer")
    shown = viewer.get(f"/leads/{story.lead}/timeline").text
    assert "a machine" in shown
    assert "did this" not in shown
    token = re.search(r'"X-CSRFToken": "(\w+)"', viewer.get("/home").text)
    assert token is not None
    assert viewer.post(path, token=token[1], verdict="human").status == 403
    _, stranger = story.app.signed_in("sales")
    token = re.search(r'"X-CSRFToken": "(\w+)"', stranger.get("/home").text)
    assert token is not None
    for part in ("", "/timeline", "/proof", "/course?agreement=leads_page"):
        assert stranger.get(f"/leads/{story.lead}{part}").status == 404
    assert stranger.post(path, token=token[1], verdict="human").status == 404
    with using(story.app.database):
        assert query("SELECT count(*) FROM store_judgement") == before
    _, marketing = story.app.signed_in("marketing")
    assert "A person did this" in marketing.get(f"/leads/{story.lead}/timeline").text


def test_colleagues_are_those_that_their_reader_may_see(story: Story) -> None:
    own = story.owner.partition("@")[0]
    with using(story.app.database):
        said = [
            {"userId": f"colleague {number} of {own}", "messageId": f"{own} {kind} {number}", **more}
            for number in range(12)
            for kind, more in (
                ("who", {"type": "identify", "traits": {"name": f"Colleague {number:02}", "floor": number}}),
                ("where", {"type": "group", "groupId": f"acme of {own}"}),
            )
        ]
        clock = Clock(now() - 30 * DAY)
        send(said, clock.at)
        clock.at += 1_000_000
        worker(clock).settle()
    _, manager = story.app.signed_in("manager")
    seen = manager.get(f"/leads/{story.lead}").text
    named = re.findall(r">(Colleague \d\d)<", seen)
    assert (len(named), named[:2]) == (10, ["Colleague 10", "Colleague 11"])  # on the top floors: five points
    assert "and more, with fewer points" in seen
    assert "Colleague" not in story.visitor.get(f"/leads/{story.lead}").text


def test_what_was_told_of_a_lead_stands_in_its_timeline_and_is_sent_again_by_an_administrator(
    story: Story,
) -> None:
    with using(story.app.database):
        hook = Destination.objects.create(
            name=f"crm-{story.lead}", kind="webhook", address="https://a.example", created_at=0
        )
        common = {
            "destination": hook,
            "episode_id": story.episode,
            "created_at": now() - HOUR,
            "due_at": now(),
        }
        for number, (kind, fields) in enumerate(
            {
                "lead.mql": {"done_at": now(), "delivered": True, "attempts": 1},
                "lead.accepted": {"done_at": now(), "attempts": 10, "error": "it answered 500"},
                "lead.sql": {"attempts": 2, "error": "it answered 503"},
            }.items()
        ):
            Outgoing.objects.create(
                key=f"msg {story.lead} {number}", lead=story.lead, kind=kind,
                payload={"data": {"text": f"{kind} {HOSTILE}"}}, **common, **fields,
            )  # fmt: skip
        given_up = Outgoing.objects.get(lead=story.lead, kind="lead.accepted").pk
    path = f"/leads/{story.lead}/timeline"
    seen = story.visitor.get(path).text
    told = seen.split("<li ")[1:]
    stand = {kind: each for kind in ("mql", "accepted", "sql") for each in told if f"lead.{kind} " in each}
    assert f"Told the program crm-{story.lead}" in stand["mql"]
    assert [
        state in stand[kind]
        for kind, state in (("mql", ">arrived<"), ("accepted", ">given up<"), ("sql", ">waits<"))
    ] == [True] * 3
    assert "after 10 attempts" in stand["accepted"]
    assert "<script>" not in seen
    assert "it answered 500" not in seen
    assert "Send it again" not in seen
    _, administrator = story.app.signed_in("administrator")
    seen = administrator.get(path).text
    assert seen.count("Send it again") == 1
    assert "it answered 500" in seen
    token = re.search(r'"X-CSRFToken": "(\w+)"', administrator.get("/home").text)
    assert token is not None
    again = f"/leads/{story.lead}/told/{given_up}/again"
    done = administrator.post(again, token=token[1])
    assert (done.status, ">waits<" in done.text) == (200, True)
    with using(story.app.database):
        sent = Outgoing.objects.get(pk=given_up)
        assert (sent.done_at, sent.attempts) == (None, 0)
        other = Teller(f"other of {story.owner}", "other", now() - DAY).begins(now() - DAY)
    assert administrator.post(f"/leads/{other}/told/{given_up}/again", token=token[1]).status == 404
    assert administrator.get(again).status == 405


def test_attributes_are_called_as_people_call_them(story: Story) -> None:
    with using(story.app.database):
        teller = Teller(f"named of {story.owner}", "named", now() - DAY)
        lead = teller.begins(now() - DAY, companySize=50, beta_tester=True, tags=["a", "b"])
    _, manager = story.app.signed_in("manager")
    seen = manager.get(f"/leads/{lead}").text
    for name, value in (("Company size", "50"), ("Beta tester", "yes"), ("Tags", "a, b")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in seen
