"""Which mailbox is behind an address?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.facts.mailbox import email_domain, email_kind


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@acme.example", "acme.example"),
        (" Ann.Lee@ACME.Example\n", "acme.example"),
        ("ann@home@acme.example", "acme.example"),
        ("ann@bücher.example", "bücher.example"),
        ("ann@BÜCHER.example", "bücher.example"),
        ('"a b"@acme.example', "acme.example"),
        ("@acme.example", None),
        ("ann@", None),
        ("ann@localhost", None),
        ("ann@.example", None),
        ("ann@acme..example", None),
        ("ann@acme.example.", None),
        ("ann@acme example.com", None),
        ("acme.example", None),
        ("", None),
        ("@", None),
    ],
)
def test_the_domain_is_what_follows_the_last_at_sign(address: str, domain: str | None):
    assert email_domain(address) == domain


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        ("gmail.com", "free"),
        ("proton.me", "free"),
        ("gmx.de", "free"),
        ("mailinator.com", "disposable"),
        ("anything.mailinator.com", "disposable"),
        ("0-mail.com", "disposable"),  # on the list of free ones too
        ("acme.example", "business"),
        ("notgmail.com", "business"),
        ("mail.gmail.com", "business"),
    ],
)
def test_a_mailbox_is_free_disposable_or_of_a_business(domain: str, kind: str):
    assert email_kind(domain) == kind


@given(st.text(), st.text(min_size=1).filter(lambda text: not text[-1].isspace()))
def test_nothing_before_the_at_sign_matters_but_that_there_is_something(tail: str, name: str):
    assert email_domain(f"x@{tail}") == email_domain(f"{name}@{tail}") or not name.strip()
