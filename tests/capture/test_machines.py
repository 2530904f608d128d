"""Who is a crawler, and who only has an unusual browser."""

from __future__ import annotations

import pytest

from handraiser.capture.machines import is_machine

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {WEBKIT} Chrome/131.0.0.0 Mobile "
        "Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Chrome-Lighthouse",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        f"Mozilla/5.0 (Windows NT 6.1; WOW64) {WEBKIT} PhantomJS/1.9.7 Safari/534.34",
        "curl/8.5.0",
    ],
)
def test_a_crawler_is_a_machine(agent: str) -> None:
    assert is_machine(agent)
    assert is_machine(f" {agent} ")


@pytest.mark.parametrize(
    "agent",
    [
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 10; CUBOT X19) {WEBKIT} Chrome/99.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 12; wv) {WEBKIT} Chrome/120 Mobile Safari/537.36 LinkedInApp",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ1A)",
        "MyApp/1.0 CFNetwork/1410.0.3 Darwin/22.6.0",
        "unknown",
    ],
)
def test_a_browser_or_an_app_is_none(agent: str) -> None:
    assert not is_machine(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "analytics-python/2.4.0",
        "analytics-node/3.1.0",
        "RudderLabs/1.0",
        "python-requests/2.32.3",
        "axios/1.7.2",
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        "okhttp/4.12.0",
        "Go-http-client/2.0",
    ],
)
def test_what_sends_for_others_says_nothing_of_them(agent: str) -> None:
    assert not is_machine(agent)


@pytest.mark.parametrize("agent", [None, "", "  ", "\0", "x" * 100_000, "(" * 30_000, "\ud800"])
def test_no_agent_and_nonsense_are_no_crawler(agent: str | None) -> None:
    assert not is_machine(agent)
