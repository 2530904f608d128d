"""How people come in, and who stays outside."""

from __future__ import annotations

from handraiser.edge.web.signing.links import first_link
from handraiser.flows.leaving import remove_user
from handraiser.store.models import Audit, User
from tests.app.visitors import PASSWORD, App
from tests.live.company import NOON, using

WRONG = "wrong horse battery"


def test_whoever_serves_becomes_the_first_administrator_by_a_link_that_works_once(app: App) -> None:
    with using(app.database):
        User.objects.filter(role="administrator").update(password="")
        link = first_link("")
    first, second = app.nobody(), app.nobody()
    wrong = first.post(link, email="root@made.example", password=PASSWORD, again="other")
    assert (wrong.status, "This is not the same." in wrong.text) == (400, True)
    seen = first.post(link, email="root@made.example", password=PASSWORD, again=PASSWORD)
    assert (seen.status, seen.headers["location"]) == (302, "/home")
    assert second.get(link).status == 410
    with using(app.database):
        assert User.objects.get(email="root@made.example").role == "administrator"
        assert Audit.objects.filter(did="chose a password", subject="user root@made.example").count() == 1


def test_an_invitation_lets_somebody_in_once(app: App) -> None:
    address, link = app.invited("sales")
    visitor, other = app.nobody(), app.nobody()
    assert visitor.post(link, password=PASSWORD, again=PASSWORD).status == 302
    assert visitor.get("/home").status == 200
    assert other.get(link).status == 410
    seen = other.post("/account/login/", login=address, password=PASSWORD)
    assert (seen.status, seen.headers["location"]) == (302, "/home")
    assert "signed in as" not in other.get("/home").text


def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(app: App) -> None:
    _, link = app.invited("sales")
    for password in ("password12", "short", "1234567890"):
        seen = app.nobody().post(link, password=password, again=password)
        assert seen.status == 400
        assert "This password" in seen.text


def test_who_has_left_is_outside_at_once_and_their_link_opens_nothing(app: App) -> None:
    address, visitor = app.signed_in("sales")
    gone, link = app.invited("sales")
    with using(app.database):
        remove_user(address, who="test", now=NOON)
        remove_user(gone, who="test", now=NOON)
    assert visitor.get("/home").headers["location"] == "/account/login/?next=/home"
    assert app.nobody().get(link).status == 410
    seen = app.nobody().post("/account/login/", login=address, password=PASSWORD)
    assert (seen.status, "location" in seen.headers and seen.headers["location"] == "/home") != (302, True)


def test_who_guesses_passwords_is_locked_out_and_nobody_else(app: App) -> None:
    address, _ = app.signed_in("sales")
    other, _ = app.signed_in("sales")
    guessing = app.nobody()
    for _ in range(4):
        assert guessing.post("/account/login/", login=address, password=WRONG).status == 200
    locked = guessing.post("/account/login/", login=address, password=WRONG)
    assert (locked.status, "Too many attempts" in locked.text) == (429, True)
    assert guessing.post("/account/login/", login=address, password=PASSWORD).status == 429
    assert app.nobody().post("/account/login/", login=other, password=PASSWORD).status == 302


def test_nobody_makes_an_account_of_their_own_nor_changes_their_address(app: App) -> None:
    _, visitor = app.signed_in("sales")
    assert app.nobody().get("/account/signup/").status == 404
    assert visitor.get("/account/email/").status == 404


def test_a_form_without_its_token_is_refused(app: App) -> None:
    address, _ = app.signed_in("sales")
    seen = app.nobody().post("/account/login/", token="", login=address, password=PASSWORD)
    assert seen.status == 403


def test_signing_out_ends_it(app: App) -> None:
    _, visitor = app.signed_in("viewer")
    assert visitor.post("/account/logout/").status == 302
    assert visitor.get("/home").status == 302


def test_every_page_says_what_browsers_may_do_with_it(app: App) -> None:
    _, visitor = app.signed_in("sales")
    for seen in (visitor.get("/home"), visitor.get("/nowhere"), app.nobody().get("/account/login/")):
        policy = seen.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert seen.headers["x-frame-options"] == "DENY"
        assert seen.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in seen.headers["cache-control"]


def test_who_has_forgotten_their_password_is_told_who_makes_a_link_where_nothing_is_mailed(app: App) -> None:
    seen = app.nobody().get("/account/password/reset/")
    assert (seen.status, "handraiser user invite" in seen.text) == (200, True)
