"""A second factor, a passkey, the company's own provider: each lets in who it should, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from handraiser.flows.leaving import remove_user
from handraiser.flows.users import add_user
from handraiser.store.models import User
from tests.app.visitors import PASSWORD, App, Visitor
from tests.live.company import NOON, using
from tests.servers import free_port, serving, until

SECRETS = {"secret", "seed"}
VOUCHED, UNVOUCHED, STRANGER, LEFT = "vouched", "unvouched", "stranger", "left"


def code(secret: str) -> str:
    """Return what an app shows at this moment (RFC 6238)."""
    counter = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def by_code(visitor: Visitor, path: str, secret: str, token: str | None = None) -> str:
    """Have somebody come on by a code of their app; return it. One that has just gone is not their fault."""
    shown = ""
    while shown != (shown := code(secret)):
        if visitor.post(path, token=token, code=shown).status == 302:
            return shown
    raise AssertionError(f"{path} did not take the code that is shown")


def token_in(page: str) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'"X-CSRFToken": "(\w+)"', page)
    assert found
    return found[1]


# ---- a second factor


def with_an_app(app: App) -> tuple[str, str, Visitor]:
    """Return somebody who has added an app that shows codes: the address, the app's secret, and them."""
    address, visitor = app.signed_in("sales")
    assert (
        visitor.get("/account/2fa/totp/activate/").status == 302
    )  # whoever sits there is asked who they are
    assert visitor.post("/account/reauthenticate/", password=PASSWORD).status == 302
    page = visitor.get("/account/2fa/totp/activate/").text
    found = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert found, page
    token = token_in(page)  # asked for once more, it would be another secret
    assert visitor.post("/account/2fa/totp/activate/", token=token, code="12345").status == 200
    by_code(visitor, "/account/2fa/totp/activate/", found[1], token)
    return address, found[1], visitor


def test_who_has_added_a_second_factor_needs_it_and_each_code_works_once(app: App) -> None:
    address, secret, _ = with_an_app(app)
    visitor = app.nobody()
    seen = visitor.post("/account/login/", login=address, password=PASSWORD)
    assert (seen.status, seen.headers["location"]) == (302, "/account/2fa/authenticate/")
    assert visitor.get("/home").headers["location"].startswith("/account/login/")
    wrong = visitor.post("/account/2fa/authenticate/", code="12345")
    assert wrong.status == 200
    used = by_code(visitor, "/account/2fa/authenticate/", secret)
    assert visitor.get("/home").status == 200
    again = app.nobody()
    again.post("/account/login/", login=address, password=PASSWORD)
    assert again.post("/account/2fa/authenticate/", code=used).status == 200
    assert again.get("/home").status == 302


def test_who_guesses_codes_is_stopped_in_whatever_process_they_ask(app: App) -> None:
    address, secret, _ = with_an_app(app)
    visitor = app.nobody()
    visitor.post("/account/login/", login=address, password=PASSWORD)
    for guess in range(5):
        assert "Incorrect code" in visitor.post("/account/2fa/authenticate/", code=f"{guess:05}").text
    with serving(app.database) as front:
        other = App(front, app.database).nobody()
        other.cookies = visitor.cookies
        seen = other.post("/account/2fa/authenticate/", code=code(secret))
        assert (seen.status, "Too many failed login attempts" in seen.text) == (200, True)


def test_secrets_of_second_factors_are_kept_encrypted(app: App) -> None:
    address, secret, _ = with_an_app(app)
    with using(app.database):
        kept = list(Authenticator.objects.filter(user__email=address).values_list("data", flat=True))
    assert kept
    assert secret not in str(kept)
    told = [str(value) for each in kept for name, value in each.items() if name in SECRETS]
    assert [value[:5] for value in told] == ["gAAAA"] * 2


def test_a_recovery_code_lets_in_once_who_has_lost_their_app(app: App) -> None:
    address, _, visitor = with_an_app(app)
    text = visitor.get("/account/2fa/recovery-codes/download/").text
    spare = text.split()[0]
    for expected in (302, 200):
        lost = app.nobody()
        lost.post("/account/login/", login=address, password=PASSWORD)
        assert lost.post("/account/2fa/authenticate/", code=spare).status == expected


# ---- passkeys


def at_localhost(app: App) -> str:
    """Return the address by a name: passkeys belong to names, and an address in numbers is none."""
    return app.url.replace("127.0.0.1", "localhost")


def test_a_passkey_is_added_and_then_enough_to_come_in(app: App, browser: Browser) -> None:
    address, _ = app.signed_in("sales")
    page = browser.new_page(base_url=at_localhost(app))
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    page.goto("/account/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home")
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    passwordless = page.get_by_label("Passwordless")
    if passwordless.count():
        passwordless.check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/**recovery**")
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_text("Laptop")).to_be_visible()
    assert Axe().run(page).violations_count == 0, Axe().run(page).generate_report()
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="With a passkey").click()
    page.wait_for_url("**/home")
    expect(page.get_by_text(address).first).to_be_attached()
    page.context.close()


# ---- the company's own provider


@contextmanager
def provider() -> Iterator[str]:
    """Give the address of an OpenID provider with some people."""
    claims = [
        {"sub": VOUCHED, "email": "Vouched@Made.example", "email_verified": True},
        {"sub": UNVOUCHED, "email": "unvouched@made.example", "email_verified": False},
        {"sub": STRANGER, "email": "stranger@made.example", "email_verified": True},
        {"sub": LEFT, "email": "left@made.example", "email_verified": True},
    ]
    port = free_port()
    said = [word for each in claims for word in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *said]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), says="the provider does not start")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("localhost", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/.well-known/openid-configuration")
            return connection.getresponse().status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def company(app: App) -> Iterator[App]:
    """The same web app, where people may sign in by their company's provider."""
    with provider() as where, serving(app.database, settings=by_provider(where)) as front:
        with using(app.database):
            for name in (VOUCHED, UNVOUCHED, LEFT):
                add_user(f"{name}@made.example", "sales", name=name, who="test", now=NOON)
        yield App(front, app.database)


def by_provider(where: str) -> dict[str, str]:
    return {
        "HANDRAISER_OIDC_URL": where, "HANDRAISER_OIDC_ID": "handraiser", "HANDRAISER_OIDC_SECRET": "secret",
        "HANDRAISER_OIDC_NAME": "Acme's own",
    }  # fmt: skip


def comes(company: App, browser: Browser, subject: str) -> Page:
    """Sign in at the provider; return what is seen then."""
    page = browser.new_page(base_url=at_localhost(company))
    page.goto("/queue")
    page.get_by_role("button", name="Sign in with Acme's own").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name=re.compile("authorize", re.IGNORECASE)).first.click()
    page.wait_for_url(f"{at_localhost(company)}/**")
    return page


def test_who_was_invited_comes_in_by_the_provider_and_still_by_their_password(
    company: App, browser: Browser
) -> None:
    with using(company.database):
        user = User.objects.get(email="vouched@made.example")
        user.set_password(PASSWORD)
        user.save()
    for _ in range(2):  # known by the address, and then by what the provider calls them
        page = comes(company, browser, VOUCHED)
        page.wait_for_url("**/queue")
        page.context.close()
    seen = company.nobody().post("/account/login/", login="vouched@made.example", password=PASSWORD)
    assert (seen.status, seen.headers["location"]) == (302, "/home")


@pytest.mark.parametrize("subject", [UNVOUCHED, STRANGER])
def test_nobody_comes_in_by_an_address_that_is_not_vouched_for_or_not_invited(
    company: App, browser: Browser, subject: str
) -> None:
    page = comes(company, browser, subject)
    expect(page.get_by_role("heading", name="You have no account here")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.goto("/home")
    assert "/account/login/" in page.url
    page.context.close()
    with using(company.database):
        assert not User.objects.filter(email="stranger@made.example").exists()


def test_who_has_left_does_not_come_in_by_the_provider(company: App, browser: Browser) -> None:
    page = comes(company, browser, LEFT)
    page.wait_for_url("**/queue")
    page.context.close()
    with using(company.database):
        remove_user("left@made.example", who="test", now=NOON)
    page = comes(company, browser, LEFT)
    assert "/queue" not in page.url
    page.goto("/home")
    assert "/account/login/" in page.url
    page.context.close()


def test_a_provider_that_does_not_answer_is_told_and_nothing_breaks(app: App) -> None:
    nowhere = by_provider(f"http://localhost:{free_port()}")
    with serving(app.database, settings=nowhere) as front:
        visitor = App(front, app.database).nobody()
        page = visitor.get("/account/login/").text
        assert "Sign in with Acme&#x27;s own" in page
        seen = visitor.post("/account/oidc/oidc/login/", token=token_in(page))
        assert (seen.status, "did not answer as it should" in seen.text) == (502, True)
        assert visitor.get("/account/oidc/oidc/login/").status == 302
