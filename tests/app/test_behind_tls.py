"""What holds where people reach the web app by https, through a proxy that takes TLS off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.visitors import PASSWORD, App
from tests.servers import serving

SAYS = {
    "HANDRAISER_URL": "https://mql.example.com",
    "HANDRAISER_SECRET": "only for tests, and for nothing else",
}
PROXY = {"Host": "mql.example.com", "X_Forwarded_Proto": "https"}


@pytest.fixture(scope="module")
def behind(app: App) -> Iterator[App]:
    """The web app, behind a proxy."""
    with serving(app.database, settings=SAYS) as front:
        yield App(front, app.database)


@pytest.mark.parametrize("host", ["mql.example.com", "127.0.0.1"])
def test_djangos_own_checks_of_a_deployment_find_nothing(host: str, tmp_path: Path) -> None:
    said = {**SAYS, "HANDRAISER_URL": f"https://{host}", "HANDRAISER_FOLDER": str(tmp_path)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    environment = {**inherited, **said, "DJANGO_SETTINGS_MODULE": "handraiser.edge.settings"}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = [line.split(":")[1][1:15] for line in done.stderr.splitlines() if line.startswith("?:")]
    # A name of its own is all ours; below another there is more than us.
    assert found == ([] if host == "mql.example.com" else ["(security.W005", "(security.W021"]), done.stderr


def test_browsers_keep_to_https_and_send_cookies_over_nothing_else(behind: App) -> None:
    _, link = behind.invited("sales")
    visitor = behind.nobody()
    page = visitor.get(link, **PROXY)
    assert page.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert "; Secure" in page.headers["set-cookie"]
    plain = visitor.get("/account/login/", Host="mql.example.com")
    assert (plain.status, plain.headers["location"]) == (301, "https://mql.example.com/account/login/")
    assert visitor.get("/health").status == 200


def test_a_host_that_is_not_ours_is_refused(behind: App) -> None:
    assert behind.nobody().get("/account/login/", **{**PROXY, "Host": "elsewhere.example"}).status == 400


def test_a_form_that_another_site_sends_is_refused(behind: App) -> None:
    visitor = behind.nobody()
    visitor.get("/account/login/", **PROXY)
    body = f"login=a&password={PASSWORD}&csrfmiddlewaretoken={visitor.cookies['handraiser_csrf']}".encode()
    sent = {
        **PROXY,
        "content_type": "application/x-www-form-urlencoded",
        "Origin": "https://elsewhere.example",
    }
    assert visitor.ask("POST", "/account/login/", body, sent).status == 403


def test_who_guesses_passwords_is_told_apart_by_where_the_proxy_says_they_are(behind: App) -> None:
    address, _ = behind.invited("sales")
    visitor = behind.nobody()
    visitor.get("/account/login/", **PROXY)
    token = visitor.cookies["handraiser_csrf"]
    body = f"login={address}&password=wrong&csrfmiddlewaretoken={token}".encode()
    sent = {
        **PROXY, "content_type": "application/x-www-form-urlencoded", "Origin": "https://mql.example.com",
    }  # fmt: skip
    for place, statuses in (("9.9.9.9, 10.0.0.1", [200] * 4 + [429]), ("10.0.0.1, 9.9.9.9", [200])):
        for expected in statuses:
            assert (
                visitor.ask("POST", "/account/login/", body, {**sent, "X_Forwarded_For": place}).status
                == expected
            )
