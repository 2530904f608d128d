"""How an administrator has people come, be something else, and leave."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory, override_settings
from playwright.sync_api import Browser, expect

from handraiser.edge.web.people.inviting import link_for
from handraiser.store.models import Audit, Team, User
from tests.app.visitors import PASSWORD, App
from tests.app.windows import fits, token_of, window
from tests.connectors.postbox import taking_mail
from tests.live.company import using
from tests.live.conftest import database

__all__ = ["database"]


@pytest.mark.parametrize(("theme", "width"), [("light", 390)])
def test_somebody_is_invited_becomes_something_else_and_leaves(
    app: App, browser: Browser, theme: str, width: int
) -> None:
    admin, visitor = app.signed_in("administrator")
    email = f"nia{admin.partition('@')[0]}@made.example"
    with using(app.database):
        Team.objects.get_or_create(name="people <b>")
    page, wrong = window(app, browser, visitor, "/people", theme=theme, width=width)
    assert fits(page)
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("Name").fill("Nia <i>Noon</i>")
    dialog.get_by_label("Role").select_option("manager")
    assert fits(page)
    dialog.get_by_role("button", name="Invite").click()
    expect(dialog).to_contain_text("Nothing is mailed from here")
    link = dialog.get_by_label("It works once").input_value()
    assert link.startswith(f"{app.url}/join/")
    assert fits(page)
    dialog.get_by_role("link", name="Done").click()
    row = page.get_by_role("row").filter(has_text=email)
    expect(row).to_contain_text("Nia <i>Noon</i>")
    expect(row).to_contain_text("has chosen no password yet")
    nia = app.nobody()
    seen = nia.post(urlsplit(link).path, password=PASSWORD, again=PASSWORD)
    assert (seen.status, nia.get("/board").status) == (302, 200)
    row.get_by_role("button", name="Role").click()
    dialog.get_by_label("Role").select_option("sales")
    dialog.get_by_role("button", name="Change").click()
    expect(page.get_by_text("Nia <i>Noon</i> is of the role sales now.")).to_be_visible()
    expect(row.get_by_role("cell").first).to_have_text("sales")
    assert nia.get("/board").status == 403
    row.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nia <i>Noon</i> has left.")).to_be_visible()
    expect(row).to_have_count(0)
    assert nia.get("/home").status == 302
    with using(app.database):
        did = list(Audit.objects.filter(subject=f"user {email}").order_by("id").values_list("who", "did"))
    assert did == [
        (admin, "added a user"), (admin, "made a link"), (email, "chose a password"),
        (admin, "changed a user"), (admin, "removed a user"),
    ]  # fmt: skip
    assert wrong == []
    page.context.close()


def test_the_last_administrator_stays_one(app: App) -> None:
    address, visitor = app.signed_in("administrator")
    with using(app.database):
        User.objects.filter(role="administrator").exclude(email=address).update(password="")
        number = User.objects.get(email=address).pk
    token = token_of(visitor.get("/people").text)
    for deed, fields in (("role", {"role": "viewer"}), ("leave", {})):
        seen = visitor.post(f"/people/{number}/{deed}", token=token, **fields)
        assert (seen.status, "is the last administrator who can sign in" in seen.text) == (422, True)
    other, _ = app.signed_in("administrator")
    assert visitor.post(f"/people/{number}/role", token=token, role="viewer").status == 204
    assert visitor.get("/people").status == 403
    with using(app.database):
        assert list(User.objects.filter(role="administrator").exclude(password="")) == [
            User.objects.get(email=other)
        ]


def test_what_is_wrong_with_an_invitation_stands_in_it(app: App) -> None:
    address, visitor = app.signed_in("administrator")
    token = token_of(visitor.get("/people").text)
    again = visitor.post("/people/invite", token=token, email=address, role="sales")
    assert (again.status, "is a user already" in again.text) == (422, True)
    assert visitor.post("/people/invite", token=token, email="no address", role="sales").status == 422
    assert visitor.post("/people/invite", token=token, email="a@made.example", role="king").status == 422
    assert visitor.post("/people/999999/leave", token=token).status == 404


@pytest.mark.usefixtures("database")
def test_an_invitation_is_mailed_where_mail_is_sent_and_shown_where_that_fails() -> None:
    ann = User.objects.create(email="ann@made.example", role="sales", created_at=0)
    ruler = User.objects.create(email="ada@made.example", name="Ada", role="administrator", created_at=0)
    asked = RequestFactory().get("/people", HTTP_HOST="mql.made.example")
    with taking_mail() as box, override_settings(HANDRAISER_MAIL_URL=f"smtp://127.0.0.1:{box.port}"):
        link = link_for(ann, asked, by=ruler, now=1)
    assert (link.mailed, link.why_not) == (True, "")
    letter = box.mail()
    assert letter["To"] == "ann@made.example"
    assert link.address in letter.get_content()  # type: ignore[attr-defined]
    with override_settings(HANDRAISER_MAIL_URL="smtp://127.0.0.1:1"):
        failed = link_for(ann, asked, by=ruler, now=1)
    assert not failed.mailed
    assert failed.why_not
    assert failed.address.startswith("http://mql.made.example/join/")
