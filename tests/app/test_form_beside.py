"""The form and the text of an agreement say the same, whichever of them somebody writes in."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Browser, expect

from handraiser.store.models import Draft
from tests.app.desks import now
from tests.app.test_agreement_pages import barriers, opened
from tests.app.visitors import App, Visitor
from tests.live.company import publish, using

TEXT = """\
agreement: beside  # its name
title: Beside <b>each other</b>
fit:
  rules:
    # who they are
    - rule: big
      when: lead.size >= 100   # people
      points: 5   # not many
engagement:
  within: 90 days
  groups: {web: {max: 20}}
  rules:
    - {rule: paper, group: web, event: [Content Downloaded, Paper Read], points: 10, colour: red}
    - rule: demo   # they ask
      event: Demo Requested
      points: 40
qualify:
  mql: score >= 40 and (paper or demo)
handoff: {accept_within: 4 hours}
"""
RIGHT = TEXT.replace(", colour: red", "")


def said(
    visitor: Visitor, text: str, do: str = "", at: list[object] | None = None, value: str = ""
) -> dict[str, object]:
    """Do something in the form of a text, as its page does."""
    token = re.search(r'"X-CSRFToken": "(\w+)"', visitor.get("/proposals/new").text)
    assert token is not None
    sent = {"do": do, "at": json.dumps(at), "value": value} if do else {}
    seen = visitor.post("/proposals/beside", token=token[1], text=text, **sent)
    assert seen.status == 200, seen
    told: dict[str, object] = json.loads(seen.text)
    return told


def test_what_looks_wrong_stands_where_it_is_written_though_it_is_no_mistake(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    form = str(said(marketing, RIGHT.replace("score >= 40", "fit >= 400"))["form"])
    (told,) = re.findall(r'id="[\w-]+-wrong"><div class="beside-warned">(.+?) <a', form, re.DOTALL)
    assert told.startswith("`fit &gt;= 400` can never hold")
    assert "is-invalid" not in form
    assert "is-invalid" in str(said(marketing, RIGHT.replace("90 days", "ages"))["form"])


def test_what_is_done_in_the_form_is_done_in_the_text_and_nothing_else_is(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    big: list[object] = ["fit", "rules", 0]
    changed = said(marketing, TEXT, "set", [*big, "points"], "7")
    assert changed["text"] == TEXT.replace("points: 5   #", "points: 7   #")
    assert 'value="7"' in str(changed["form"])
    wrong = said(marketing, TEXT, "set", [*big, "when"], "size >= 1")
    assert re.search(r'id="rule-fit-big-when-wrong">.*lead\.size', str(wrong["form"]), re.DOTALL)
    needed = said(marketing, TEXT, "set", ["threshold"], "many")
    assert (needed["text"], "number" in str(needed["refused"])) == (TEXT, True)
    renamed = said(marketing, TEXT, "set", ["engagement", "rules", 1, "rule"], "asked")
    assert "mql: score >= 40 and (paper or asked)" in str(renamed["text"])
    grouped = said(marketing, TEXT, "name", ["engagement", "groups", "web"], "site")
    assert "{rule: paper, group: site," in str(grouped["text"])
    less = said(marketing, TEXT, "remove", big)
    assert "fit:\n  rules: []\nengagement:" in str(less["text"])
    more = said(marketing, str(less["text"]), "add", ["fit", "rules"], "fit")
    assert more["shows"] == big
    assert said(marketing, TEXT, "set", ["fit", "rules", 7, "points"], "1")["refused"]
    assert said(marketing, TEXT, "set", [], "1")["text"] == TEXT


def test_what_the_form_does_not_ask_is_told_with_its_line(app: App) -> None:
    _, marketing = app.signed_in("marketing")
    form = str(said(marketing, TEXT)["form"])
    assert re.search(r'Written in the text: colour \(<a [^>]*data-line="13"', form)
    assert 'value="Content Downloaded, Paper Read"' in form
    assert 'data-event="Content Downloaded, Paper Read"' in form
    assert "Beside &lt;b&gt;each other" in form
    broken = said(marketing, TEXT + "recycle: [\n")
    assert ("form" in broken, broken["line"]) == (False, 20)
    assert said(marketing, "")["text"] == ""


def test_form_and_text_go_along_with_each_other(app: App, browser: Browser) -> None:
    mara, marketing = app.signed_in("marketing")
    with using(app.database):
        publish([RIGHT], now())
    page = opened(app, browser, marketing)
    page.goto("/agreements/beside/edit")
    text, form, broken = (
        page.get_by_label("The agreement"),
        page.locator("#form"),
        page.locator("[data-broken]"),
    )
    big = form.get_by_label("points, Big", exact=True)
    big.fill("7")
    big.press("Tab")
    expect(text).to_have_value(RIGHT.replace("points: 5   #", "points: 7   #"))
    expect(page.locator("#checked")).to_contain_text("7 points, not 5")

    text.fill(text.input_value().replace("points: 40", "points: 45"))
    expect(form.get_by_label("points, Demo", exact=True)).to_have_value("45")
    expect(text).to_be_focused()

    page.get_by_role("button", name="Add a rule on an event").click()
    title = form.get_by_label("Title, New rule")
    expect(title).to_be_focused()
    title.fill("Saw the prices")
    form.get_by_label("Event, New rule").fill("Page Viewed")
    form.get_by_label(re.compile("^Where, ")).last.fill("path like '/pricing%'")
    form.get_by_label(re.compile("^Where, ")).last.press("Enter")
    expect(text).to_have_value(re.compile("- rule: saw_the_prices\n.*\n      event: Page Viewed\n.*pricing"))
    expect(form.locator(".is-invalid")).to_have_count(0)
    assert barriers(page) == []

    points = form.get_by_label("points, Saw the prices")
    points.fill("a lot")
    points.press("Enter")
    expect(form.locator("#rule-engagement-saw_the_prices-points-wrong")).to_contain_text("lot")
    page.get_by_role("button", name="Undo").click()
    expect(points).to_have_value("5")
    expect(form.locator(".is-invalid")).to_have_count(0)

    # What is typed in a field stays while the text changes beside it.
    say = form.get_by_label("What sales should say, Saw the prices")
    say.fill("Ask which")
    text.evaluate("each => { each.setRangeText('# y\\n', 0, 0); each.dispatchEvent(new Event('input')); }")
    card = form.locator("#rule-engagement-saw_the_prices")
    expect(card.get_by_text("Line")).to_have_text("Line 18")
    expect(say).to_have_value("Ask which")
    expect(say).to_be_focused()
    up = card.get_by_role("button", name="Up")
    up.click()
    expect(up).to_be_focused()
    expect(text).to_have_value(
        re.compile("saw_the_prices\n.*Ask which\n.*- rule: demo   # they ask", re.DOTALL)
    )
    card.get_by_role("button", name="Remove").click()
    expect(text).not_to_have_value(re.compile("saw_the_prices"))
    page.keyboard.press("Control+z")
    expect(text).to_have_value(re.compile("saw_the_prices"))

    whole = text.input_value()
    text.fill(whole + "recycle: [")
    expect(broken).to_contain_text(f"Line {whole.count(chr(10)) + 1}")
    expect(big).to_be_disabled()
    expect(big).to_have_value("7")
    assert barriers(page) == []
    text.fill(whole)
    expect(broken).to_be_hidden()
    expect(big).to_be_enabled()

    page.get_by_label("What it is for").fill("They look at prices.")
    points.fill("9")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Proposal")
    expect(page.locator("main")).to_contain_text("Saw the prices")
    page.get_by_text("The file").click()
    expect(page.locator("pre")).to_contain_text("points: 9")
    with using(app.database):
        assert not Draft.objects.filter(by__email=mara, proposal=None).exists()
    page.context.close()


def test_on_a_phone_one_of_them_is_shown_at_a_time(app: App, browser: Browser) -> None:
    _, marketing = app.signed_in("marketing")
    with using(app.database):
        publish([TEXT.replace("beside", "narrow").replace(", colour: red", "")], now())
    page = opened(app, browser, marketing, width=390)
    page.goto("/agreements/narrow/edit")
    text, form = page.locator("#id_text"), page.locator("#form")
    expect(text).to_be_hidden()
    page.get_by_role("button", name="Demo").click()
    form.get_by_role("link", name="Line").first.click()
    expect(text).to_be_focused()
    expect(form).to_be_hidden()
    page.get_by_role("button", name="In words").click()
    expect(page.locator("#checked")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert barriers(page) == []
    page.context.close()
