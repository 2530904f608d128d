"""What comes of a mail, by a real mail server that takes it, refuses it, or hangs?"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from handraiser.connectors.answers import Outcome
from handraiser.connectors.mailbox import Mailer, Post, post_of
from tests.connectors.postbox import Mailbox
from tests.connectors.receiver import silent

PAYLOAD = {
    "type": "lead.mql",
    "data": {
        "text": "Ann <b>Field</b> of Acme is an MQL.",
        "why": ["Score 62 & more.", "Who they are.", "What they did."],
        "talk": ["Ask <i>who</i>."],
        "next": {"text": "Accept Ann by Monday."},
    },
}


def post(mailbox: Mailbox, *, seconds: float = 20.0) -> Post:
    made = post_of(f"smtp://127.0.0.1:{mailbox.port}", "handraiser <leads@ours.example>")
    return made._replace(options={**made.options, "timeout": seconds})


def mail(mailbox: Mailbox, payload: Any = PAYLOAD, to: str = "sam@ours.example", **more: Any) -> Any:
    with Mailer(post(mailbox, **more)) as mailer:
        return mailer.mail("msg_1", payload, [to])


def test_a_mail_arrives_as_text_and_as_a_page(mailbox: Mailbox) -> None:
    assert mail(mailbox).outcome is Outcome.DELIVERED
    assert mailbox.got[0][0] == ["sam@ours.example"]
    got = mailbox.mail()
    assert got["subject"] == "Ann <b>Field</b> of Acme is an MQL."
    assert got["to"] == "sam@ours.example"
    text, page = (part.get_content() for part in got.walk() if part.get_content_maintype() == "text")
    assert text.replace("\r\n", "\n").split("\n\n") == [
        "Ann <b>Field</b> of Acme is an MQL.", "Score 62 & more.\nWho they are.\nWhat they did.",
        "Say:\n- Ask <i>who</i>.", "Next: Accept Ann by Monday.\n",
    ]  # fmt: skip
    assert "Ann &lt;b&gt;Field&lt;/b&gt; of Acme" in page
    assert "<b>" not in page
    assert "Score 62 &amp; more.<br>" in page


ANN = {
    "type": "lead.recycled",
    "data": {
        "text": "Ann of Acme is Sam's.",
        "lead": {
            "id": "17",
            "name": "<i>Ann</i>",
            "email": "ann@acme.example",
            "job_title": "VP",
            "company": "Acme",
        },
        "episode": {"id": "5"},
        "agreement": {"name": "crm"},
        "note": "Calls & writes.",
        "next": {"text": "Accept Ann.", "commands": ["handraiser episode accept 5 --by sam@ours.example"]},
    },
}


def test_a_mail_says_who_it_is_which_number_to_type_and_how(mailbox: Mailbox) -> None:
    mail(mailbox, ANN)
    got = mailbox.mail()
    assert got["subject"] == "Ann of Acme is Sam's. [episode 5]"
    text, page = (part.get_content() for part in got.walk() if part.get_content_maintype() == "text")
    assert text.replace("\r\n", "\n").split("\n\n") == [
        "Ann of Acme is Sam's.",
        "<i>Ann</i>, VP, Acme\nann@acme.example\nEpisode 5 of lead 17, under crm",
        "Note: Calls & writes.",
        "Next: Accept Ann.\n    handraiser episode accept 5 --by sam@ours.example\n",
    ]
    assert "&lt;i&gt;Ann&lt;/i&gt;, VP, Acme<br>" in page
    assert "<i>" not in page
    assert "<code>handraiser episode accept 5 --by sam@ours.example</code>" in page


def test_a_long_subject_keeps_its_number(mailbox: Mailbox) -> None:
    long = {"type": "x", "data": {"text": "Ann " * 200, "episode": {"id": "5"}}}
    mail(mailbox, long)
    subject = mailbox.mail()["subject"]
    assert len(subject) <= 200
    assert subject.endswith(" [episode 5]")


def test_programs_can_tell_that_it_is_one_and_which(mailbox: Mailbox) -> None:
    mail(mailbox)
    got = mailbox.mail()
    assert got["message-id"] == "<msg_1@ours.example>"
    assert got["auto-submitted"] == "auto-generated"
    assert got["list-id"] == "handraiser <handraiser.ours.example>"


def test_a_name_adds_no_header(mailbox: Mailbox) -> None:
    odd = {"type": "x", "data": {"text": "Ann\r\nBcc: all@ours.example\r\n\r\nbody"}}
    assert mail(mailbox, odd).outcome is Outcome.DELIVERED
    got = mailbox.mail()
    assert got["bcc"] is None
    assert got["subject"] == "Ann Bcc: all@ours.example body"
    assert mailbox.got[0][0] == ["sam@ours.example"]


def test_an_address_adds_none_either(mailbox: Mailbox) -> None:
    assert mail(mailbox, to="sam@ours.example\r\nBcc: all@ours.example").outcome is Outcome.FAILED
    assert mailbox.got == []


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_for_the_time_being_is_not_for_ever(mailbox: Mailbox, where: str) -> None:
    setattr(mailbox, where, "451 greylisted")
    assert mail(mailbox) == (Outcome.FAILED, "451 greylisted", None)
    setattr(mailbox, where, "550 no such user")
    assert mail(mailbox) == (Outcome.REFUSED, "550 no such user", None)


def test_the_next_mail_is_sent_after_one_was_refused(mailbox: Mailbox) -> None:
    with Mailer(post(mailbox)) as mailer:
        mailbox.at_rcpt = "550 no such user"
        assert mailer.mail("msg_1", PAYLOAD, ["gone@ours.example"]).outcome is Outcome.REFUSED
        mailbox.at_rcpt = ""
        for key in ("msg_2", "msg_3"):
            assert mailer.mail(key, PAYLOAD, ["sam@ours.example"]).outcome is Outcome.DELIVERED
    assert len(mailbox.got) == 2


def test_a_server_that_hangs_is_not_waited_for(mailbox: Mailbox) -> None:
    with silent() as port:
        hanging = Mailbox()
        hanging.port = port
        answer = mail(hanging, seconds=0.2)
    assert answer.outcome is Outcome.FAILED
    assert "timed out" in answer.says


def test_no_server_is_a_failure_and_no_error() -> None:
    nowhere = Mailbox()
    with silent() as port:
        nowhere.port = port
    assert mail(nowhere).outcome is Outcome.FAILED


def test_a_password_is_never_sent_in_the_open(mailbox: Mailbox) -> None:
    """The server offers no encryption."""
    made = post_of(f"smtp://me:secret@127.0.0.1:{mailbox.port}", "leads@ours.example")
    with Mailer(made) as mailer:
        assert mailer.mail("msg_1", PAYLOAD, ["sam@ours.example"]).outcome is Outcome.FAILED
    assert mailbox.got == []


def test_a_url_says_how_mail_is_carried() -> None:
    made = post_of("smtp://me%40x:p%2Fw@mail.example:587", "a@b.example")
    assert made.backend == "django.core.mail.backends.smtp.EmailBackend"
    assert {name: made.options[name] for name in ("host", "port", "username", "password", "use_tls")} == {
        "host": "mail.example", "port": 587, "username": "me@x", "password": "p/w", "use_tls": True,
    }  # fmt: skip
    assert post_of("smtps://mail.example", "a@b.example").options["port"] == 465
    assert post_of("smtps://me:x@mail.example", "a@b.example").options["use_tls"] is False
    assert post_of("smtp://me:x@mail.example?tls=no", "a@b.example").options["use_tls"] is False
    assert post_of("smtp://localhost", "a@b.example").options["use_tls"] is False
    assert post_of("anymail+mailgun://?api_key=k&sender_domain=d", "a@b.example") == (
        "anymail.backends.mailgun.EmailBackend", {"api_key": "k", "sender_domain": "d"}, "a@b.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "sender", "says"),
    [
        ("mail.example", "a@b.example", "HANDRAISER_MAIL_URL"),
        ("smtp://", "a@b.example", "HANDRAISER_MAIL_URL"),
        ("http://x", "a@b.example", "HANDRAISER_MAIL_URL"),
        ("anymail+../x://", "a@b.example", "PROVIDER|neither"),
        ("smtp://x", "nobody", "HANDRAISER_MAIL_FROM"),
    ],
)  # fmt: skip
def test_what_is_none_is_told(url: str, sender: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        post_of(url, sender)


def test_a_provider_is_reached_by_its_own_settings() -> None:
    with Mailer(post_of("anymail+test://", "a@b.example")) as mailer:
        assert mailer.mail("msg_1", PAYLOAD, ["sam@ours.example"]).outcome is Outcome.DELIVERED


def test_two_mailers_do_not_wait_for_each_other(mailbox: Mailbox) -> None:
    with silent() as port:
        hanging = Mailbox()
        hanging.port = port
        stuck = threading.Thread(target=lambda: mail(hanging, seconds=5), daemon=True)
        stuck.start()
        assert mail(mailbox).outcome is Outcome.DELIVERED
        assert stuck.is_alive()
    stuck.join()
