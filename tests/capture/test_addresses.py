"""Which address is meant, and which company's it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.addresses import company_domain, normal_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@acme.example", "ann@acme.example"),
        (" Ann.Lee@ACME.Example\r\n", "ann.lee@acme.example"),
        ("ann+crm@acme.example", "ann+crm@acme.example"),
        ("o'hara_{1}!#$%&*/=?^`|~-@acme.example", "o'hara_{1}!#$%&*/=?^`|~-@acme.example"),
        ("ann@acme.example.", "ann@acme.example"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"),
        ("ann@例え。jp", "ann@xn--r8jz45g.jp"),
        ("JOSÉ@acme.example", "josé@acme.example"),
        ("jose\u0301@acme.example", "josé@acme.example"),
        ("ann@ab--cd.example", "ann@ab--cd.example"),
        ("a" * 64 + "@acme.example", "a" * 64 + "@acme.example"),
    ],
)
def test_addresses_that_are_one_mailbox_are_one_text(text: str, address: str) -> None:
    assert normal_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ann",
        "ann@",
        "@acme.example",
        "ann@acme",
        "ann@acme..example",
        "ann@.acme.example",
        "ann@acme.example..",
        "ann@-acme.example",
        "ann@acme-.example",
        "ann@ac_me.example",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        "ann@☃.example",
        "ann@acme.example/",
        "ann@acme.example>",
        "ann@home@acme.example",
        "mailto:ann@acme.example",
        "Ann <ann@acme.example>",
        "ann@acme.example, bob@acme.example",
        "ann lee@acme.example",
        '"ann lee"@acme.example',
        "ann@acme example.com",
        "ann\u00a0lee@acme.example",
        "ann\0@acme.example",
        "ann@acme\0.example",
        "ann\u200b@acme.example",
        "ann\n@acme.example",
        "ann\ud800@acme.example",
        "a" * 65 + "@acme.example",
        "é" * 33 + "@acme.example",
        "ann@" + "a" * 64 + ".example",
        "ann@" + "a." * 126 + "example",
        "a" * 60 + "@" + "a." * 95 + "example",
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert normal_address(text) is None
    assert company_domain(text) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_address_stands_for_itself(name: str, domain: str) -> None:
    for text in (f"{name}@{domain}", f"{name}@{domain}.example", f"{name}@acme.example"):
        address = normal_address(text)
        if address is not None:
            assert normal_address(address) == address
            assert address.rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@acme.com", "acme.com"),
        ("ann@mail.sales.acme.co.uk", "acme.co.uk"),
        ("ann@BÜCHER.de", "xn--bcher-kva.de"),
        ("ann@me.github.io", "me.github.io"),
        ("ann@mail.me.github.io", "me.github.io"),
        # Endings that are on no list.
        ("ann@acme.example", "acme.example"),
        ("ann@mail.acme.example", "acme.example"),
        # Nobody has registered these.
        ("ann@co.uk", None),
        ("ann@github.io", None),
        # Nor do these say for whom somebody works.
        ("ann@gmail.com", None),
        ("ann@GMAIL.com", None),
        ("ann@mail.gmail.com", None),
        ("ann@mailinator.com", None),
        ("ann@anything.mailinator.com", None),
    ],
)
def test_colleagues_share_a_registered_domain(address: str, domain: str | None) -> None:
    assert company_domain(address) == domain
