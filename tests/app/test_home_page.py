"""Is what home tells right, by a history made by hand, and can everybody use it?"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from handraiser.edge.web.home import aims, far, kept, periods, today, weeks
from handraiser.edge.web.home.looking import Looking
from handraiser.flows import logging_work, verdicts
from handraiser.flows.live import live_now
from handraiser.flows.undoing import undo
from handraiser.store.funnel import reach
from handraiser.store.models import Deadline, Destination, Handoff, User
from handraiser.store.promises import promises
from tests.app.visitors import App, Visitor
from tests.live.company import using
from tests.live.conftest import database
from tests.verdicts.office import AGREEMENT, Office

__all__ = ["database"]

TARGETS = "targets: {mqls_per_month: 5, mql_to_sql: 25%, accepted_in_time: 50%, contacted_in_time: 95%}\n"
SOLD = AGREEMENT.replace("currency: EUR\n", "currency: EUR\n" + TARGETS)
ACCEPT = {"max": "max@made.example", "olga": "olga@made.example", "tom": "tom@made.example"}


def at(day: int, hour: int, minute: int = 0) -> int:
    """Return an instant of March 2026, of which the 2nd is a Monday."""
    return int(datetime(2026, 3, day, hour, minute, tzinfo=UTC).timestamp()) * 1_000_000


class Week:
    """A week of an office, until Wednesday at four: what was promised, kept and broken in it."""

    def __init__(self) -> None:
        self.office = Office(SOLD)
        self.episode: dict[str, int] = {}
        self._of_monday()
        self._of_tuesday()
        self._of_wednesday()

    def until(self, instant: int) -> int:
        """Have it become an instant, and what is due by then happen."""
        self.office.live.clock.at = instant
        self.office.live.worker.settle()
        return instant

    def comes(self, who: str, instant: int, owner: str | None) -> None:
        self.until(instant)
        self.episode[who] = self.office.arrives(who, owner=owner)

    def accepts(self, who: str, by: str, instant: int) -> None:
        verdicts.accept(self.episode[who], by=ACCEPT[by], now=self.until(instant))

    def gives(self, who: str, to: str, instant: int) -> None:
        logging_work.assign(self.episode[who], to=ACCEPT[to], by=ACCEPT["max"], now=self.until(instant))

    def calls(self, who: str, by: str, instant: int, *, done_at: int | None = None) -> None:
        now = self.until(instant)
        logging_work.log(self.episode[who], kind="call", by=ACCEPT[by], now=now, at=done_at)

    def sends_back(self, who: str, by: str, reason: str, instant: int) -> None:
        verdicts.recycle(self.episode[who], by=ACCEPT[by], now=self.until(instant), reason=reason)

    def _of_monday(self) -> None:
        live = self.office.live
        ad = {"url": "https://made.example/?utm_source=google&utm_medium=cpc", "path": "/"}
        live.hear({"type": "page", "userId": "ann", "properties": ad})
        live.hear({"type": "page", "anonymousId": "somebody", "properties": {"path": "/"}})
        past = "2026-02-18T10:00:00Z"
        old = {"userId": "hal", "timestamp": past}
        live.hear(
            {"type": "identify", "traits": {"email": "hal@acme.example"}, **old},
            {"type": "track", "event": "Demo Requested", **old}, imported=True,
        )  # fmt: skip
        self.comes("ann", at(2, 12, 5), "olga")
        self.comes("gus", at(2, 12, 30), None)  # nobody's: late with both
        self.accepts("ann", "olga", at(2, 13))
        self.calls("ann", "olga", at(2, 13, 20))
        self.comes("bob", at(2, 13, 30), "olga")  # to be accepted by 17:30, and is not
        verdicts.qualify_sales(self.episode["ann"], by=ACCEPT["olga"], now=self.until(at(2, 16)))
        undo(self.episode["ann"], by=ACCEPT["olga"], now=self.until(at(2, 16, 5)))

    def _of_tuesday(self) -> None:
        self.accepts("bob", "olga", at(3, 12))
        self.comes("cat", at(3, 14), "olga")
        self.comes("dan", at(3, 14, 5), "tom")
        self.comes("eve", at(3, 14, 10), "tom")  # to be accepted by 09:10 on Wednesday, and is not
        # Called by one o'clock, when there was still half an hour, and told now.
        self.calls("bob", "olga", at(3, 14, 20), done_at=at(3, 13))
        self.sends_back("dan", "tom", "not_ready", at(3, 14, 30))
        self.gives("cat", "tom", at(3, 15))
        self.accepts("cat", "tom", at(3, 16))  # who never calls her

    def _of_wednesday(self) -> None:
        self.comes("ivy", at(4, 1), "olga")
        self.sends_back("ivy", "olga", "no_budget", at(4, 2))
        self.gives("eve", "olga", at(4, 10))
        self.accepts("eve", "olga", at(4, 11))  # who does not call her by 14:10
        now = self.until(at(4, 11, 30))
        verdicts.open_opportunity(self.episode["bob"], by=ACCEPT["olga"], now=now)
        verdicts.win(self.episode["bob"], by=ACCEPT["olga"], now=now + 1, amount=10)
        verdicts.disqualify(self.episode["gus"], by=ACCEPT["max"], now=now + 2, reason="bad_data")
        self.comes("fay", at(4, 15), "olga")  # there is time until tomorrow
        self.until(at(4, 16))

    def office_due(self, who: str, kind: str) -> int:
        """Return when a promise was first due."""
        first = Deadline.objects.filter(episode=self.episode[who], act="due", kind=kind, round=0)
        return int(first.get().due_at)

    def looks(self, role: str, *, who: str = "vera", zone: str = "", days: int = 30) -> Looking:
        user = self.office.user(who)
        user.role, user.timezone = role, zone
        now = self.office.now
        live = tuple(live_now(now))
        return Looking(user, now, live, "", days, user.pk if role == "sales" else None)


def said(share: kept.Share) -> str:
    return f"{share.part} of {share.of}"


@pytest.mark.usefixtures("database")
def test_all_numbers_of_a_week_are_what_happened_in_it() -> None:
    week = Week()
    names = {user.pk: user.email.partition("@")[0] for user in User.objects.all()} | {None: "nobody"}
    found = promises(["crm"], since=at(2, 0), now=week.office.now, owners=True)
    counted = Counter((names[each.owner], each.kind, each.kept) for each in found)
    assert counted == {
        ("olga", "accept", True): 3,  # ann, ivy who was sent back, and eve after Tom
        ("olga", "accept", False): 1,  # bob
        ("olga", "contact", True): 2,  # ann, and bob, told of too late
        ("olga", "contact", False): 1,  # eve, whom she had by then
        ("tom", "accept", True): 2,  # cat, and dan who was sent back
        ("tom", "accept", False): 1,  # eve
        ("tom", "contact", False): 1,  # cat
        ("nobody", "accept", False): 1,
        ("nobody", "contact", False): 1,
    }
    assert {(each.kind, each.at) for each in found if names[each.owner] == "tom"} == {
        ("accept", at(3, 16)), ("accept", at(3, 14, 30)), ("accept", week.office_due("eve", "accept")),
        ("contact", week.office_due("cat", "contact")),
    }  # fmt: skip
    _lately(week)
    _teams(week)
    _far(week)
    _today(week)
    _aims(week)
    _of_no_member(week)


def _lately(week: Week) -> None:
    lately = kept.kept_lately(week.looks("marketing"))
    assert [(each.says, said(each.accept), said(each.contact)) for each in lately] == [
        ("This week", "5 of 8", "2 of 5"), ("This month", "5 of 8", "2 of 5"),
    ]  # fmt: skip
    (own, _) = kept.kept_lately(week.looks("sales", who="olga"))
    assert (said(own.accept), said(own.contact)) == ("3 of 4", "2 of 3")


def test_days_weeks_and_months_begin_where_the_reader_is() -> None:
    berlin, now = ZoneInfo("Europe/Berlin"), at(30, 22, 30)  # half past midnight on Tuesday, the 31st
    assert periods.day_began(now, berlin) == at(30, 22)
    assert periods.week_began(now, berlin) == at(29, 22)
    assert periods.week_began(now, ZoneInfo("UTC")) == at(30, 0)
    # Clocks went forward on the 29th: the week before began an hour later by UTC, and so did the month.
    assert periods.weeks_back(now, berlin, 2)[0] == at(22, 23)
    assert periods.month_began(now, berlin) == at(1, 0) - 3_600_000_000
    assert periods.month_began(at(1, 0), ZoneInfo("UTC"), before=3) == at(1, 0) - 90 * 86_400_000_000


def _teams(week: Week) -> None:
    (team,) = kept.teams_standing(week.looks("manager", who="max"))
    rows = {
        each.user.email.partition("@")[0]: (
            each.waiting, each.with_sales, each.late, said(each.accept), said(each.contact),
        )
        for each in team.members if each.user
    }  # fmt: skip
    assert rows == {
        "olga": (1, 2, 1, "3 of 4", "2 of 3"),  # fay; ann and eve, and eve is to be called
        "tom": (0, 1, 1, "2 of 3", "0 of 1"),  # cat, who is to be called
    }


def _of_no_member(week: Week) -> None:
    week.gives("fay", "max", at(4, 16, 10))  # who leads the team, and is not in it
    (team,) = kept.teams_standing(week.looks("manager", who="max"))
    rows = {each.user.email.partition("@")[0]: each.waiting for each in team.members if each.user}
    assert rows == {"olga": 0, "tom": 0, "max": 1}


def _far(week: Week) -> None:
    looks = week.looks("marketing")
    told = far.far(looks)
    assert [(each.says, each.size, each.history) for each in told.steps] == [
        ("MQLs", 8, 1),  # hal was found in history
        ("Accepted by sales (SAL)", 4, 0),  # ann, bob, cat, eve
        ("Qualified by sales (SQL)", 1, 0),  # bob on his way; of ann it was taken back
        ("Opportunities", 1, 0),
        ("Customers", 1, 0),
    ]
    # Since Monday eight who became known did something, and somebody. Hal did, and was known, in February.
    assert reach(at(2, 0)) == (9, 8)
    assert reach(at(1, 0) - 20 * 86_400_000_000) == (10, 9)
    assert [(reason, became, said(share)) for reason, became, share in far.reasons(looks)] == [
        ("Bad data", "disqualified", "1 of 3"),
        ("No budget", "sent back", "1 of 3"),
        ("Not ready", "sent back", "1 of 3"),
    ]
    assert [(name, said(share)) for name, share in far.channels(looks)] == [
        ("Not known", "8 of 9"), ("paid search", "1 of 9"),
    ]  # fmt: skip
    own = far.far(week.looks("sales", who="tom"))
    assert (own.reached, [each.size for each in own.steps]) == ([], [2, 1, 0, 0, 0])  # cat and dan


def _today(week: Week) -> None:
    now = today.today_of(week.looks("marketing"))
    # Ivy came at one in the night, which was yesterday in Honolulu.
    assert (now.came, now.waiting, now.late, now.with_sales) == (2, 1, 2, 3)
    assert (now.this_week, now.last_week) == (8, 0)
    assert today.today_of(week.looks("marketing", zone="Pacific/Honolulu")).came == 1
    trend = weeks.mqls_by_week(week.looks("marketing"))
    assert trend["labels"][-3:] == ["16 Feb", "23 Feb", "2 Mar"]
    assert {each["name"]: each["values"][-3:] for each in trend["series"]} == {
        "Asked for sales": [0, 0, 0], "Others": [0, 0, 8], "Found in history": [1, 0, 0],
    }  # fmt: skip
    shares = weeks.promises_by_week(week.looks("marketing"))["series"]
    assert [(each["values"][-1], each["told"][-2:]) for each in shares] == [
        (62, ["–", "5 of 8"]), (40, ["–", "2 of 5"]),
    ]  # fmt: skip
    _alarms(week)


def _alarms(week: Week) -> None:
    """What is nobody's, and no team's, is an alarm to everybody who may take it."""
    sid = week.looks("sales", who="sid")
    with transaction.atomic():
        Handoff.objects.filter(pk=week.episode["fay"]).update(owner=None, team=None)
        assert today.today_of(sid).alarms == 1
        Handoff.objects.filter(pk=week.episode["fay"]).update(owner=week.office.user("olga"))
        assert today.today_of(sid).alarms == 0
        transaction.set_rollback(True)


def _aims(week: Week) -> None:
    told = {each.says: (each.wanted, each.found, each.met) for each in aims.aims(week.looks("marketing"))}
    assert told == {
        "MQLs a month": ("5", "", True),  # eight so far, though February was not whole
        "MQLs that become SQLs": ("25%", "1 of 8", None),
        "Accepted in time": ("50%", "5 of 8", None),
        "Contacted in time": ("95%", "2 of 5", None),
    }


ROLES = ("sales", "manager", "marketing", "administrator", "viewer")


def at_home(
    app: App, browser: Browser, visitor: Visitor, *, theme: str, width: int
) -> tuple[Page, list[str]]:
    """Return somebody's home when all of it is there, and where what is wrong with it will stand."""
    context = browser.new_context(base_url=app.url, color_scheme=theme)  # type: ignore[arg-type]
    cookies = [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page, wrong = context.new_page(), []  # type: tuple[Page, list[str]]
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/home")
    page.wait_for_load_state("networkidle")
    return page, wrong


@pytest.mark.parametrize(
    ("role", "theme", "width"),
    [("sales", "light", 390), ("administrator", "dark", 1280)],
)
def test_everybody_is_at_home(app: App, browser: Browser, role: str, theme: str, width: int) -> None:
    _, visitor = app.signed_in(role)
    page, wrong = at_home(app, browser, visitor, theme=theme, width=width)
    expect(page.locator("[data-drawn] svg").first).to_be_visible()
    told = page.locator("[data-told]").first
    told.locator("summary").click()
    expect(told.get_by_role("row")).to_have_count(13)
    expect(page.get_by_role("heading", name="Why sales sent back")).to_be_visible()
    assert page.get_by_role("heading", name="What to do next").count() == (role == "sales")
    assert page.get_by_role("heading", name="Teams").count() == (role in ("manager", "administrator"))
    assert page.get_by_text("Visitors", exact=True).count() == (role != "sales")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Light or dark").click()
    assert wrong == []
    page.context.close()


def test_who_administers_is_told_what_is_wrong(app: App) -> None:
    with using(app.database):
        Destination.objects.create(
            name="crm <b>", kind="webhook", address="https://made.example/", created_at=0, disabled_at=1,
            disabled_why="It said 410.",
        )  # fmt: skip
    try:
        told = {role: app.signed_in(role)[1].get("/home").text for role in ROLES}
    finally:
        with using(app.database):
            Destination.objects.filter(name="crm <b>").delete()
    assert "crm &lt;b&gt; is told nothing any more" in told["administrator"]
    assert not any("is told nothing" in text for role, text in told.items() if role != "administrator")


def test_numbers_of_teams_are_not_for_sales(app: App) -> None:
    _, visitor = app.signed_in("sales")
    assert visitor.get("/home/team").status == 403
    assert visitor.get("/home/trend?of=nothing").status == 404
    chart = json.loads(visitor.get("/home/trend?of=promises").text)
    assert (len(chart["labels"]), len(chart["series"])) == (12, 2)
