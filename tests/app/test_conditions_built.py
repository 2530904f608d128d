"""Marketing sees what there is, builds conditions of it, and is told of how many they hold."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, expect

from handraiser.store.models import Consent, Person
from tests.app.desks import now
from tests.app.test_agreement_pages import barriers, opened
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, publish, send, using, worker

AGREEMENT = """
agreement: crm
lists: {rivals: [rival.example]}
fit:
  rules: [{rule: big, when: company.employees >= 100, points: 5}]
engagement:
  rules:
    - {rule: pricing, title: Looked at prices, event: Page Viewed, where: path like '/pricing%', points: 10}
qualify: {mql: score >= 10}
"""
# A field as the form of an agreement has it.
PUT = """() => {
  const label = document.createElement("label");
  label.innerHTML = 'When <input id="when" data-condition="lead" value="lead.seats >= 10">';
  document.querySelector("main h1").after(label);
  window.heard = [];
  label.addEventListener("change", (event) => window.heard.push(event.target.value));
}"""
INDUSTRIES = ["Software", "Software", "Retail & <b>more</b>", "Software", None]


@pytest.fixture(scope="module")
def marketing(app: App) -> Visitor:
    """Somebody of marketing, where forty leads are known."""
    with using(app.database):
        publish([AGREEMENT], now())
        for number in range(40):
            who = {"userId": f"u{number}", "anonymousId": f"a{number}"}
            said = {"industry": INDUSTRIES[number % 5], "email": f"ann{number}@made.example", "seats": number}
            path = "/pricing" if number % 4 == 0 else "/blog"
            seen = {"type": "track", "event": "Page Viewed", "properties": {"path": path}}
            items = [
                {"type": "identify", "traits": said, "messageId": f"i{number}"},
                seen | {"messageId": f"p{number}"},
            ]
            send([item | who for item in items], now())
        worker(Clock(now() + 1_000_000)).settle()
    return app.signed_in("marketing")[1]


def test_what_there_is_is_told_with_how_many_have_it(app: App, marketing: Visitor) -> None:
    whole = marketing.get("/fields/there").text
    assert "Of 40 leads looked at" in whole
    assert "lead.industry" in whole
    assert "Retail &amp; &lt;b&gt;more&lt;/b&gt;" in whole
    assert "It tells who somebody is." in whole
    assert "ann3@made.example" not in whole
    assert "lead.industry" in marketing.get("/fields").text  # what has been read is at hand
    of_event = marketing.get("/fields/event?name=Page+Viewed").text
    assert "/pricing" in of_event
    words = json.loads(marketing.get("/fields/words").text)
    assert {each["name"] for each in words["events"]} == {"Page Viewed"}
    industry = next(each for each in words["fields"] if each["text"] == "lead.industry")
    assert (industry["says"], industry["values"][0]) == ("80 % of leads", ["Software", "60 %"])
    assert "ann3@made.example" not in json.dumps(words)
    properties = json.loads(marketing.get("/fields/words?event=Page+Viewed").text)
    assert "path" in [each["text"] for each in properties["fields"]]
    assert 'href="/fields"' in marketing.get("/agreements").text
    assert 'href="/fields"' not in app.signed_in("sales")[1].get("/agreements").text


def shown(marketing: Visitor, path: str = "/conditions", **fields: object) -> str:
    seen = marketing.post(path, token=token(marketing), **fields)
    assert seen.status == 200, seen.text
    return seen.text


def token(marketing: Visitor) -> str:
    found = re.search(r'"X-CSRFToken": "(\w+)"', marketing.get("/fields").text)
    assert found
    return found[1]


def test_a_condition_is_shown_by_rows_and_what_says_more_is_typed(marketing: Visitor) -> None:
    rows = shown(marketing, **{"for": "lead", "condition": "lead.industry in ('Software', 'Other')"})
    assert 'value="Software" checked' in rows
    assert ">Other</textarea>" in rows
    assert "Holds for 60 %" in rows
    assert "24 of 40" in rows
    text = "lead.seats * 2 > 5 and '<b>' = lead.industry"
    typed = shown(marketing, **{"for": "lead", "condition": text})
    assert "lead.seats * 2 &gt; 5 and &#x27;&lt;b&gt;&#x27; = lead.industry</textarea>" in typed
    assert "Holds for 0 %" in typed
    wrong = shown(
        marketing, "/conditions/found", **{"for": "lead", "typed": "industry = 'x'", "original": ""}
    )
    assert "Write lead.industry or company.industry." in wrong
    nobody = shown(marketing, **{"for": "event", "event": "Never Done", "condition": "path = '/x'"})
    assert "nobody has it" in nobody or "Nothing is known yet" in nobody
    sums = shown(
        marketing, **{"for": "qualify", "name": "crm", "condition": "score >= 40 and pricing and not big"}
    )
    assert "how often: Looked at prices" in sums
    assert "It depends on points." in sums
    # What is being written counts, not what is live.
    written = AGREEMENT.replace("rule: big", "rule: large")
    sums = shown(marketing, **{"for": "qualify", "name": "crm", "text": written, "condition": "large"})
    assert 'value="large" selected' in sums
    assert "HR350" not in sums


def filled(*rows: tuple[str, str, str], **more: object) -> dict[str, object]:
    """Return what a form says in which rows are filled in, each a group of its own."""
    said: dict[str, object] = {"for": "lead", "original": "", "word": "and", **more}
    for number, (field, operator, value) in enumerate(rows):
        said |= {
            "row": number, f"group-{number}": number, f"field-{number}": field, f"was-{number}": field,
            f"operator-{number}": operator, f"value-{number}": value,
        }  # fmt: skip
    return said


def test_what_is_filled_in_is_taken_over_once_nothing_is_wrong(marketing: Visitor) -> None:
    of_text = filled(("lead.industry", "contains", "it's 50%"))
    found = marketing.post("/conditions/found", token=token(marketing), act="take", **of_text)
    assert json.loads(found.headers["hx-trigger"]) == {
        "handraiser:condition": {"text": "lead.industry ilike '%it''s 50!%%' escape '!'"}
    }
    missing = marketing.post(
        "/conditions/found", token=token(marketing), act="take", **filled(("lead.industry", "is", ""))
    )
    assert "hx-trigger" not in missing.headers
    assert "Fill in a value." in missing.text
    number = filled(("lead.seats", "at_least", "5 or true"), **{"numbers-0": "1"})
    assert "no number" in shown(marketing, "/conditions/found", **number)
    # Whoever changes nothing changes nothing, not even a blank.
    same = filled(("lead.seats", "at_least", "5"), original="lead.seats>=5", **{"numbers-0": "1"})
    found = marketing.post("/conditions/found", token=token(marketing), act="take", **same)
    assert json.loads(found.headers["hx-trigger"])["handraiser:condition"]["text"] == "lead.seats>=5"


def test_rows_change_with_their_field_and_come_and_go(marketing: Visitor) -> None:
    another = filled(("lead.industry", "contains", "soft")) | {"field-0": "lead.seats"}
    rows = shown(marketing, "/conditions/rows", **another)
    assert 'value="at_least" selected' in rows
    assert 'value="soft"' not in rows
    assert re.search(r'data-value="19">19 <span[^>]*>50 % have as much or more', rows)
    more = shown(marketing, "/conditions/rows", act="join-0", **filled(("lead.industry", "is", "Software")))
    assert "Row 2: Choose a field." in more
    typed = shown(marketing, "/conditions/rows", act="type", **filled(("lead.industry", "is", "Software")))
    assert "lead.industry = &#x27;Software&#x27;</textarea>" in typed
    less = shown(marketing, "/conditions/rows", act="drop-0", **filled(("lead.industry", "is", "Software")))
    assert "Choose a field" in less


def test_a_condition_is_built_in_the_editor_and_words_are_completed(
    marketing: Visitor, app: App, browser: Browser
) -> None:
    page = opened(app, browser, marketing)
    page.goto("/agreements/crm/edit")
    page.evaluate(PUT)
    build = page.get_by_role("button", name="Build…: When", exact=True)
    build.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#condition-found")).to_contain_text("Holds for 75 %")
    dialog.get_by_role("button", name="and another").click()
    dialog.get_by_label("Field").nth(1).select_option(label="lead's industry · 80 % of leads")
    dialog.get_by_label("How it compares").nth(1).select_option("is")
    dialog.get_by_role("button", name="Software 60 %").click()
    expect(dialog.locator("#condition-found pre")).to_have_text(
        "lead.seats >= 10 and lead.industry = 'Software'"
    )
    expect(dialog.locator("#condition-found")).to_contain_text("(18 of 40 looked at)")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Use this").click()
    expect(page.locator("#when")).to_have_value("lead.seats >= 10 and lead.industry = 'Software'")
    expect(page.locator("#when")).to_be_focused()
    assert page.evaluate("window.heard") == ["lead.seats >= 10 and lead.industry = 'Software'"]

    text = page.get_by_label("The agreement")
    text.fill("agreement: crm\nfit:\n  rules:\n    - rule: x\n      when: lead.indus")
    text.press("End")
    page.keyboard.type("t")
    words = page.get_by_role("listbox")
    expect(words.get_by_role("option")).to_have_count(1)
    assert barriers(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_value(re.compile(r"when: lead\.industry$"))
    page.keyboard.type(" = 'So")
    expect(words.get_by_role("option").first).to_contain_text("Software")
    page.keyboard.press("Control+Space")
    page.keyboard.press("Enter")
    expect(text).to_have_value(re.compile(r"when: lead\.industry = 'Software'$"))
    page.keyboard.type(" or lead.i")
    expect(words).to_be_visible()
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/fields")
    page.get_by_text("Page Viewed").click()
    expect(page.locator("details.fields-event")).to_contain_text("/pricing")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


def test_what_takes_long_to_read_is_waited_for_in_sight(app: App, marketing: Visitor) -> None:
    marketing.get("/fields/there")
    assert "lead&#x27;s industry" in shown(marketing)
    with using(app.database):  # whatever somebody says of consent, it is read anew
        lead = Person.objects.exclude(lead_since=None).earliest("pk")
        Consent.objects.create(person=lead, purpose="mail", says="consent", by="mara", at=1, noted_at=1)
    assert "Reading what people have" in marketing.get("/fields").text
    waits = shown(marketing, **{"for": "lead", "condition": "lead.seats > 5"})
    assert 'hx-post="/conditions/there"' in waits
    assert 'value="lead.seats &gt; 5"' in waits
    assert "Holds for 85 %" in shown(
        marketing, "/conditions/there", **{"for": "lead", "condition": "lead.seats > 5"}
    )
    assert "lead.industry" in marketing.get("/fields").text
