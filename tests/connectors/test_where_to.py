"""Which addresses are inside, and which URLs are any?"""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.connectors.addresses import Allowed, BarredError, allowed_of, url_of


@pytest.mark.parametrize(
    "address",
    [
        "0.1.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.170", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::", "fc00::1",
        "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_these_are_inside(address: str) -> None:
    with pytest.raises(BarredError, match="private"):
        Allowed().look_at(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"]
)
def test_these_are_outside(address: str) -> None:
    Allowed().look_at(address)


@given(st.ip_addresses())
def test_nothing_is_outside_that_is_not_reachable_from_everywhere(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    try:
        Allowed().look_at(str(address))
    except BarredError:
        return
    for inside in ("private", "loopback", "link_local", "multicast", "unspecified"):
        assert not getattr(address, f"is_{inside}")


def test_a_setting_allows_everything_or_some_networks() -> None:
    allowed_of("1").look_at("10.0.0.1")
    some = allowed_of("10.1.0.0/16, fd00::/8")
    some.look_at("10.1.2.3")
    some.look_at("fd00::1")
    with pytest.raises(BarredError):
        some.look_at("10.2.0.1")
    for nothing in ("", "0", " "):
        assert not allowed_of(nothing).anything
    with pytest.raises(ValueError, match="yes"):
        allowed_of("yes")


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example", "ftp://hooks.example/", "file:///etc/passwd", "https://", "https:///x",
        "https://me:secret@hooks.example/", "https://me@hooks.example/", "https://hooks.example/#here",
        "https://hooks.example:99999/", "https://hooks.example/a b", "https://hooks.example/\r\nX: y",
        f"https://hooks.example/{'x' * 2_000}", "https://exa mple/", "https://\u2603.\u0000/", "https://xn--\u00ff/",
    ],
)  # fmt: skip
def test_these_are_no_urls_of_receivers(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each says something else
        url_of(url)


def test_a_url_is_taken_apart_as_it_goes_over_the_wire() -> None:
    assert url_of("https://bücher.example/für?q=ä%20&b=1") == (
        "https", "xn--bcher-kva.example", 443, "/f%C3%BCr?q=%C3%A4%20&b=1",
    )  # fmt: skip
    assert url_of("http://[::1]:8080") == ("http", "::1", 8080, "/")


def test_what_is_shown_of_a_url_takes_nobody_in() -> None:
    assert (
        url_of("https://hooks.slack.example/services/T0/B0/secret?sig=x").told
        == "https://hooks.slack.example/…"
    )
    assert url_of("http://[::1]:8080/secret").told == "http://[::1]:8080/…"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://crm.example/hook?key=abcdef", "https://crm.example/…cdef"),
        ("https://crm.example:8443/services/T0/B0/token", "https://crm.example:8443/…oken"),
        ("http://[2606:4700::1111]/services/a", "http://[2606:4700::1111]/…es/a"),
        ("https://crm.example/short", "https://crm.example/…"),
        ("https://crm.example", "https://crm.example/"),
    ],
)
def test_of_a_url_no_more_is_shown_than_tells_it_from_others(url: str, shown: str) -> None:
    assert url_of(url).hint == shown
