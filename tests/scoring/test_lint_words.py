"""Of which words a name is made, and which events speak of an opened mail."""

from __future__ import annotations

import re

import pytest

from handraiser.scoring.lint_words import opens_mail, words_of

OPENS = """
    Email Opened, email_open, EmailOpened, Opened Email, OPEN, opened, Newsletter opened, email.opened,
    E-Mail geöffnet, Mail geoeffnet, E-mail ouvert, Courriel ouvert, Correo abierto, Email Opens,
    Mail gelesen, Newsletter Viewed, Email Read, E-Mail gelesen, Correo leído"""
OTHERS = """
    App Opened, Account Opened, Email Delivered, Email Link Clicked, Deal Opened, Open House, Mail Sent,
    Chat opened, Openness Survey, Reopened, Email Bounced, Page Viewed, Gelesen, Read, Email
    Preferences Viewed, Newsletter Page Viewed, Newsletter Signup Viewed"""


@pytest.mark.parametrize("event", re.split(r",\s+", OPENS.strip()))
def test_an_event_speaks_of_an_opened_mail(event: str) -> None:
    assert opens_mail(event)


@pytest.mark.parametrize("event", re.split(r",\s+", OTHERS.strip()))
def test_an_event_that_opens_something_else_does_not(event: str) -> None:
    assert not opens_mail(event)


def test_a_name_is_taken_apart_by_signs_capitals_and_digits() -> None:
    assert words_of("dateOfBirth") == ("date", "of", "birth")
    assert words_of("CRMLeadAge2") == ("crm", "lead", "age")
    assert words_of("Staatsangehörigkeit_Straße") == ("staatsangehorigkeit", "strasse")
    assert words_of("2024") == ()
