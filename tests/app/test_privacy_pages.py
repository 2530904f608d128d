"""On a lead's page its consent is kept, all that is kept of it is handed out, and it is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from handraiser.edge import settings
from handraiser.edge.cli import app as command
from handraiser.store.models import Consent, Erasure, Handoff, Identifier
from tests.app.test_joining_pages import opened, two
from tests.app.visitors import App
from tests.live.company import using


def violations(page: Page) -> list[tuple[str, str]]:
    """Return what keeps somebody from using a page, each with one of the places."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def test_an_objection_is_noted_and_the_lead_is_forgotten_once_its_address_is_typed(
    app: App, browser: Browser
) -> None:
    lead, _ = two(app, "Rita")
    address, marketing = app.signed_in("marketing")
    page = opened(app, browser, marketing)
    page.goto(f"/leads/{lead}")
    privacy = page.locator("#privacy")
    privacy.get_by_role("button", name="Note what they say").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Of what").select_option("profiling")
    dialog.get_by_label("What they say").select_option("objection")
    dialog.get_by_role("button", name="Note it").click()
    dialog.get_by_label("Where they said so").fill("by phone <b>")
    assert violations(page) == []
    dialog.get_by_role("button", name="Note it").click()
    expect(privacy).to_contain_text("Objects")
    expect(page.get_by_text("They object to profiling")).to_be_visible()
    privacy.get_by_text("What they said, 1 in all").click()
    expect(privacy).to_contain_text(f"by phone <b>; noted by {address}")
    assert violations(page) == []
    with using(app.database):
        assert Consent.objects.get(person=lead).by == address
        assert Handoff.objects.get(episode__lead=lead).reason == "objected to profiling"
    privacy.get_by_role("button", name="Forget").click()
    dialog.get_by_label("Type rita1@rita1.example").fill("rita")
    dialog.get_by_role("button", name="Forget").click()
    expect(dialog).to_contain_text("That is not rita1@rita1.example.")
    dialog.get_by_label("Type rita1@rita1.example").fill("rita1@rita1.example")
    dialog.get_by_role("button", name="Forget").click()
    expect(page.get_by_text(f"Lead {lead} is forgotten")).to_be_visible()
    with using(app.database):
        assert Erasure.objects.get(lead=lead).people["people"] == [lead]
        assert not Identifier.objects.filter(person=lead).exists()
    assert marketing.get(f"/leads/{lead}").status == 404
    page.context.close()


def test_all_that_is_kept_of_a_lead_is_handed_out_with_why_it_has_its_score(app: App) -> None:
    lead, other = two(app, "Sven")
    _, manager = app.signed_in("manager")
    seen = manager.get(f"/leads/{lead}/everything")
    assert seen.headers["content-disposition"] == f'attachment; filename="lead-{lead}.json"'
    told = json.loads(seen.text)
    assert (told["lead"]["id"], told["lead"]["objects"]) == (str(lead), [])
    assert [each["kind"] for each in told["messages"]] == ["identify", "track", "track"]
    assert "Sven1@Sven1.example" in [each["values"].get("email") for each in told["said"]]
    assert [each["event"] for each in told["events"]] == ["Content Downloaded"] * 2
    assert told["scores"][0]["score"] == 20
    assert {"points": 20.0}.items() <= next(
        r for r in told["scores"][0]["rules"] if r["rule"] == "paper"
    ).items()
    (episode,) = told["episodes"]
    assert (episode["reasons"]["score"], episode["with_sales"]["moves"][0]["became"]) == (10, "mql")
    assert f"sven{2}" not in seen.text.lower()
    assert manager.get(f"/leads/{other}/everything").status == 200


def test_the_terminal_hands_out_and_forgets_by_number_or_address(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, other = two(app, "Tove")
    monkeypatch.setattr(settings, "FOLDER", tmp_path)
    monkeypatch.setattr("handraiser.edge.exporting.database", _as_it_is)
    monkeypatch.setattr("handraiser.edge.erasing.database", _as_it_is)
    run = CliRunner().invoke
    with using(app.database):
        out = tmp_path / "tove.json"
        assert run(command, ["export", "--lead", "TOVE1@tove1.example", "--out", str(out)]).exit_code == 0
        assert json.loads(out.read_text())["lead"]["id"] == str(lead)
        asked = run(command, ["erase", str(lead)], input="n\n")
        assert (asked.exit_code, "Nothing was done" in asked.output) == (1, True)
        assert Identifier.objects.filter(person=lead).exists()
        done = run(command, ["erase", str(lead), "--yes"])
        assert (done.exit_code, f"Lead {lead} is forgotten" in done.output) == (0, True), done.output
        assert not Identifier.objects.filter(person=lead).exists()
        assert Identifier.objects.filter(person=other).exists()
        assert run(command, ["erase", str(lead), "--yes"]).exit_code == 1
        assert run(command, ["export", "--lead", str(other)]).exit_code == 2


@contextmanager
def _as_it_is(**_: object) -> Iterator[None]:
    """Have commands use the database that is in use."""
    yield
