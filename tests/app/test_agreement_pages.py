"""Marketing proposes, sales declines, both sign another, it goes live, and the older one comes back."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.edge.proposal_tests import reckon_backtest
from handraiser.flows.drafting import Sheet, keep_draft
from handraiser.store.models import Draft, Episode, Key, Proposal, Publication, User
from tests.app.desks import now
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, publish, send, using, worker
from tests.servers import until

BEGINNING = """
agreement: crm
title: CRM <b>software</b>
fit: {rules: [{rule: big, title: 100 people or more, when: lead.size >= 100, points: 5}]}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, say: They read our <i>paper</i>.}
    - {rule: demo, event: Demo Requested, points: 40}
qualify: {mql: score >= 40, hand_raise: demo}
handoff: {accept_within: 4 hours}
"""


def opened(app: App, browser: Browser, visitor: Visitor, *, width: int = 1280) -> Page:
    context = browser.new_context(base_url=app.url, viewport={"width": width, "height": 844})
    cookies = [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    return context.new_page()


def barriers(page: Page) -> list[object]:
    """Return what keeps somebody from using a page, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def comes(app: App, name: str, event: str) -> list[str]:
    """Somebody does something; return the fingerprints of all episodes."""
    with using(app.database):
        who = {"userId": name, "messageId": f"{name} {now()}"}
        send([{"type": "track", "event": event, **who}], now())
        worker(Clock(now() + 1_000_000)).settle()
        return list(Episode.objects.order_by("pk").values_list("fingerprint", flat=True))


def proposes(page: Page, change: tuple[str, str], comment: str) -> int:
    """Have marketing change a text, and propose it; return the number of the proposal."""
    text = page.get_by_label("The agreement")
    text.fill(text.input_value().replace(*change))
    page.get_by_label("What it is for").fill(comment)
    expect(page.locator("#checked")).to_contain_text("What it changes")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Proposal")
    return int(page.url.rpartition("/")[2])


def test_an_agreement_is_proposed_declined_proposed_again_signed_and_rolled_back(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    mara, marketing = app.signed_in("marketing")
    sam, sales = app.signed_in("sales")
    with using(app.database):
        (first,) = publish([BEGINNING], now())
        Key.objects.get_or_create(digest="0" * 64, defaults={"scope": "track", "created_at": 0})
        User.objects.filter(email__in=[mara, sam]).update(signs=True)
    ours, theirs = opened(app, browser, marketing), opened(app, browser, sales, width=390)

    ours.goto("/agreements")
    assert barriers(ours) == []
    ours.get_by_role("link", name="Propose a change").click()
    text = ours.get_by_label("The agreement")
    whole = text.input_value()
    text.fill(whole.replace("score >= 40", "scoer >= 40"))
    expect(ours.locator("#checked")).to_contain_text("Write score.")
    ours.get_by_role("link", name="Line").first.click()
    assert text.evaluate("each => each.value.slice(each.selectionStart, each.selectionEnd)").startswith(
        "qualify"
    )
    assert barriers(ours) == []
    text.fill(whole)
    declined = proposes(ours, ("points: 10", "points: 40"), "Papers are worth a call.")

    theirs.goto(f"/proposals/{declined}")
    expect(theirs.get_by_role("button", name="Sign")).to_have_count(0)
    expect(theirs.locator("#found")).to_contain_text("Being reckoned")
    with using(app.database):
        reckon_backtest(declined, tmp_path, now=now())
    expect(theirs.locator("#found")).to_contain_text("gained")
    theirs.reload()
    assert barriers(theirs) == []
    assert theirs.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    theirs.get_by_role("button", name="Decline").click()
    dialog = theirs.get_by_role("dialog")
    dialog.get_by_label("What you think").fill("We cannot call <i>sixty</i> a week.")
    dialog.get_by_role("button", name="Decline").click()
    expect(theirs.get_by_text("We cannot call <i>sixty</i> a week.")).to_be_visible()

    ours.goto("/agreements/crm/edit")
    signed = proposes(ours, ("points: 10", "points: 20"), "Then twice a paper.")
    with using(app.database):
        reckon_backtest(signed, tmp_path, now=now())
    for page in (ours, theirs):
        page.goto(f"/proposals/{signed}")
        page.get_by_role("button", name="Sign").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign").click()
        expect(page.get_by_role("button", name="Sign")).to_have_count(0)
    expect(theirs.locator("header, main").last).to_contain_text("signed")
    with using(app.database):
        made = Publication.objects.latest("pk")
        assert (made.marketing.email, made.sales.email) == (mara, sam)  # type: ignore[union-attr]
        assert [each.state for each in Proposal.objects.order_by("pk")] == ["declined", "signed"]
    comes(app, "ann", "Content Downloaded")
    assert comes(app, "ann", "Content Downloaded") == [made.fingerprint]

    ours.goto(f"/agreements/crm?version={first}")
    expect(ours.get_by_text("CRM <b>software</b>").first).to_be_visible()
    expect(ours.get_by_text("They read our <i>paper</i>.", exact=True)).to_be_visible()
    assert barriers(ours) == []
    ours.get_by_role("link", name="Propose it again").click()
    ours.get_by_label("What it is for").fill("It was better before.")
    expect(ours.locator("#checked")).to_contain_text("stricter")
    ours.get_by_role("button", name="Propose").click()
    expect(ours.get_by_role("heading", level=1)).to_contain_text("Proposal")
    with using(app.database):
        back = Proposal.objects.latest("pk")
        assert back.fingerprint == Publication.objects.get(pk=first).fingerprint
    for page in (ours, theirs):
        page.context.close()


def test_two_write_at_once_and_neither_loses_anything(app: App, browser: Browser) -> None:
    mara, marketing = app.signed_in("marketing")
    otto, other = app.signed_in("marketing")
    with using(app.database):
        publish([BEGINNING.replace("crm", "shared")], now())
    ours, theirs = opened(app, browser, marketing), opened(app, browser, other)
    for page, points in ((ours, "11"), (theirs, "12")):
        page.goto("/agreements/shared/edit")
        text = page.get_by_label("The agreement")
        text.fill(text.input_value().replace("points: 10", f"points: {points}"))
        expect(page.locator("#checked")).to_contain_text("Kept as your draft")
    text = ours.get_by_label("The agreement")
    text.fill(text.input_value().replace("points: 11", "points: 13"))
    expect(ours.locator("#checked")).to_contain_text(f"{otto} writes at the same agreement")
    ours.get_by_text("How theirs differs").click()
    assert "points: 12" in ours.locator("#checked pre").first.inner_text()
    assert barriers(ours) == []
    ours.reload()
    assert "points: 13" in text.input_value()
    theirs.goto("/agreements/shared/edit")
    expect(theirs.get_by_text("Others are being written")).to_contain_text(mara)
    assert "points: 12" in theirs.get_by_label("The agreement").input_value()
    ours.get_by_role("button", name="Throw it away").click()
    expect(ours.get_by_role("heading", level=1)).to_contain_text("CRM")
    with using(app.database):
        assert [each.by.email for each in Draft.objects.filter(name="shared")] == [otto]
    for page in (ours, theirs):
        page.context.close()


def test_who_may_not_sign_is_told_why_and_who_may(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    _, manager = app.signed_in("manager")
    with using(app.database):
        User.objects.update(signs=False)
    text = BEGINNING.replace("crm", "other")
    page = marketing.post("/proposals/new", text=text, comment="To begin with.")
    assert page.status == 302
    shown = manager.get(page.headers["location"]).text
    assert "You do not sign for sales" in shown
    assert "nobody may sign yet" in shown
    wrong = marketing.post("/proposals/new", text="agreement: x\n", comment="")
    assert wrong.status == 422
    assert "This field is required" in wrong.text
    wrong = marketing.post("/proposals/new", text="agreement: x\n", comment="y")
    assert (wrong.status, "qualify" in wrong.text) == (422, True)
    assert marketing.get("/agreements/nothing").status == 404


def test_one_of_several_is_copied_another_is_retired_and_a_lead_stands_under_each(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    _, manager = app.signed_in("manager")
    texts = [
        BEGINNING.replace("crm", name).replace("CRM <b>software</b>", f"All {name}")
        for name in ("north", "south")
    ]
    with using(app.database):
        User.objects.filter(role__in=["marketing", "manager"]).update(signs=True)
        north, south = publish(texts, now())
    comes(app, "zoe", "Demo Requested")
    with using(app.database):
        lead = Episode.objects.filter(agreement="north").latest("pk").lead.root_id
    for path in (f"/leads/{lead}", f"/leads/{lead}/proof"):
        told = marketing.get(path).text
        assert "All north" in told
        assert "All south" in told
    assert f"/agreements/north?version={north}" in marketing.get(f"/leads/{lead}").text

    copy = marketing.get(f"/proposals/new?copy={north}").text
    assert "agreement: north-2" in copy
    assert "All north (copy)" in copy
    assert marketing.get("/proposals/new?copy=999999").status == 404
    made = marketing.post(
        "/proposals/new", text=texts[0].replace("north", "north-2"), comment="For the far north."
    )
    assert made.status == 302
    with using(app.database):
        publish([texts[0].replace("north", "north-2")], now())
    assert "agreement: north-3" in marketing.get(f"/proposals/new?copy={north}").text

    token = marketing.get("/agreements").text.partition('"X-CSRFToken": "')[2].partition('"')[0]
    marketing.post("/agreements/south/end", token=token, comment="The north has it all.")
    with using(app.database):
        ends = Proposal.objects.get(name="south").pk
    for visitor in (marketing, manager):
        token = visitor.get("/agreements").text.partition('"X-CSRFToken": "')[2].partition('"')[0]
        assert visitor.post(f"/proposals/{ends}/sign", token=token).status == 204
    live, _, rest = marketing.get("/agreements").text.partition("Not live")
    assert ("All north" in live, "All south" in live, "All south" in rest) == (True, False, True)
    assert marketing.get(f"/agreements/south?version={south}").status == 200


def test_what_is_written_just_before_leaving_is_kept_and_two_pages_of_one_person_are_told_apart(
    app: App, browser: Browser
) -> None:
    email, marketing = app.signed_in("marketing")
    with using(app.database):
        publish([BEGINNING.replace("crm", "leaving")], now())
    page = opened(app, browser, marketing)
    page.goto("/agreements/leaving/edit")
    expect(page.locator("#checked")).to_contain_text("In words")
    text = page.get_by_label("The agreement")
    text.fill(text.input_value().replace("points: 10", "points: 11"))
    page.goto("/agreements")
    with using(app.database):
        written_last = Draft.objects.filter(by__email=email, text__contains="points: 11")
        until(written_last.exists, says="What was written last is not kept.")
    page.goto("/agreements/leaving/edit")
    expect(text).to_have_value(re.compile("points: 11"))
    other = page.context.new_page()
    other.goto("/agreements/leaving/edit")
    for each, points in ((page, "12"), (other, "13")):
        written = each.get_by_label("The agreement")
        written.fill(written.input_value().replace("points: 11", f"points: {points}"))
        expect(each.locator("#checked")).to_contain_text("Kept as your draft")
    expect(other.locator("#checked")).to_contain_text(
        "You have written at the same agreement on another page"
    )
    other.get_by_text("How that one differs").click()
    assert "points: 12" in other.locator("#checked pre").first.inner_text()
    assert barriers(other) == []
    page.goto("/agreements/leaving/edit")
    expect(page.get_by_text("Others are being written")).to_contain_text("yours")
    with using(app.database):
        kept = Draft.objects.filter(name="leaving").values_list("text", flat=True)
        assert sorted(text.partition("points: 1")[2][0] for text in kept) == ["2", "3"]
    page.context.close()


def test_a_draft_that_is_proposed_as_it_was_opened_is_none_any_more(app: App) -> None:
    email, marketing = app.signed_in("marketing")
    text = BEGINNING.strip().replace("crm", "opened") + "\n"
    with using(app.database):
        publish([text], now())
        kept = keep_draft(
            "opened", text.replace("10", "11"), Sheet("first", None, now()), by=email, now=now()
        ).draft
    page = marketing.get("/agreements/opened/edit").text
    sent = dict(re.findall('name="(token|after|opened|csrfmiddlewaretoken)" value="([^"]*)"', page))
    assert sent["after"] == str(kept.pk)
    body = urlencode({**sent, "text": kept.text, "comment": "x"}).encode()
    form = {"content_type": "application/x-www-form-urlencoded"}
    seen = marketing.ask("POST", "/agreements/opened/edit", body, form)
    assert seen.status == 302, seen.text
    with using(app.database):
        assert not Draft.objects.filter(name="opened", proposal=None).exists()
        assert Proposal.objects.get(name="opened").drafts.get().pk == kept.pk


def test_what_is_undone_is_kept_too_and_what_makes_no_sense_is_told(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    text = BEGINNING.strip().replace("crm", "undo") + "\n"
    with using(app.database):
        (number,) = publish([text], now())
    csrf = marketing.get("/agreements").text.partition('"X-CSRFToken": "')[2].partition('"')[0]

    def writes(said: str, page: str) -> str:
        fields = {"begun": text, "text": said, "token": page, "after": "9" * 5_000}
        form = {"content_type": "application/x-www-form-urlencoded"}
        body = urlencode({**fields, "csrfmiddlewaretoken": csrf}).encode()
        return marketing.ask("POST", "/proposals/check?name=undo", body, form).text

    for points in ("99", "10"):
        assert "Kept as your draft" in writes(text.replace("points: 10", f"points: {points}"), "one")
    with using(app.database):
        assert Draft.objects.get(token="one").text == text  # noqa: S106  of a page
    far = marketing.post("/agreements/undo/edit", text=text, comment="x", day="0001-01-01")
    assert (far.status, "greater than or equal to 2000-01-01" in far.text) == (422, True)
    for path in (f"version={'9' * 5_000}", "version=x"):
        assert marketing.get(f"/agreements/undo?{path}").status == 404
    assert marketing.get(f"/proposals/new?copy={number}").status == 200
    comes(app, "wim", "Content Downloaded")
    misspelt = text.replace("Content Downloaded", "Contnet Downloaded").replace("lead.size", "lead.siez")
    told = unescape(writes(misspelt, "two"))
    assert "Nobody does `Contnet Downloaded` these days. Did you mean `Content Downloaded`?" in told
    assert "lead.siez" in told
    assert "warnings" in told
