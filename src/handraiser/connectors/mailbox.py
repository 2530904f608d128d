"""How is a message mailed, and what does a mail server's refusal mean?"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parseaddr
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from handraiser.connectors.answers import Answer, Outcome, failed, one_line
from handraiser.connectors.channels import said

__all__ = ["Mailer", "Post", "post_of"]

_SECONDS = 20.0
_SUBJECT = 200  # letters
_SUBMISSION = 587
_BUSY = 429


class Post(NamedTuple):
    """By whom mail is carried, as Django calls it, and whom it is from."""

    backend: str
    options: Mapping[str, Any]
    sender: str


def post_of(url: str, sender: str) -> Post:
    """Return by whom mail is carried. Raises ValueError, which says what is wrong with the URL.

    `smtp://USER:PASSWORD@HOST:PORT` encrypts where there is a password, or at port 587 (with `?tls=no` it
    does not); `smtps://` does from the beginning. `anymail+mailgun://?api_key=…` is any provider that
    django-anymail knows, with that provider's settings.
    """
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    if "@" not in parseaddr(sender)[1]:
        raise ValueError("HANDRAISER_MAIL_FROM is no e-mail address")
    if parts.scheme.startswith("anymail+"):
        name = parts.scheme.removeprefix("anymail+").replace("-", "_")
        if not name.isidentifier():
            raise ValueError("HANDRAISER_MAIL_URL names no provider behind anymail+")
        return Post(f"anymail.backends.{name}.EmailBackend", said, sender)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("HANDRAISER_MAIL_URL is neither smtp://HOST, smtps://HOST nor anymail+PROVIDER://")
    at_once = parts.scheme == "smtps"
    port = parts.port or (465 if at_once else _SUBMISSION if parts.username else 25)
    later = not at_once and said.get("tls") != "no" and (port == _SUBMISSION or parts.username is not None)
    options = {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": at_once,
        "use_tls": later,
        "timeout": _SECONDS,
    }
    return Post("django.core.mail.backends.smtp.EmailBackend", options, sender)


class Mailer:
    """Mails one message after the other over one connection."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._carrier: BaseEmailBackend = get_connection(post.backend, fail_silently=False, **post.options)
        self._open = False

    def __enter__(self) -> Mailer:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def mail(self, key: str, payload: Mapping[str, Any], to: Sequence[str]) -> Answer:
        """Return what came of mailing; whatever the world does is an answer, nothing is raised."""
        try:
            if not self._open:
                self._carrier.open()
                self._open = True
            self._carrier.send_messages([_message(key, payload, to, self._post, self._carrier)])
        except (smtplib.SMTPException, AnymailError, OSError, ValueError) as error:
            # What a server makes of the next one after it has refused this one, nobody knows.
            self._hang_up()
            return _answer(error)
        return Answer(Outcome.DELIVERED, f"taken for {', '.join(to)}")

    def _hang_up(self) -> None:
        # What was opened half way is left open by a failure, too.
        self._open = False
        with _unheard():
            self._carrier.close()


@contextmanager
def _unheard() -> Iterator[None]:
    """Have nothing come of a farewell that nobody hears."""
    try:
        yield
    except (smtplib.SMTPException, OSError):
        return


def _answer(error: Exception) -> Answer:
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [(code, _text(said)) for code, said in error.recipients.values()]
            code, said = codes[0]
            return (
                _refused(f"{code} {said}")
                if all(code >= 500 for code, _ in codes)
                else failed(f"{code} {said}")
            )
        case smtplib.SMTPDataError():
            said = f"{error.smtp_code} {_text(error.smtp_error)}"
            return _refused(said) if error.smtp_code >= 500 else failed(said)
        case smtplib.SMTPResponseException():
            return failed(f"{error.smtp_code} {_text(error.smtp_error)}")
        case AnymailRecipientsRefused():
            return _refused(str(error))
        case AnymailAPIError() if error.status_code == _BUSY:
            return Answer(Outcome.BUSY, one_line(str(error)))
        case TimeoutError():
            return failed(f"the mail server did not answer within {_SECONDS:g} seconds")
    return failed(f"the mail server: {error}")


def _refused(says: str) -> Answer:
    return Answer(Outcome.REFUSED, one_line(says))


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _message(
    key: str, payload: Mapping[str, Any], to: Sequence[str], post: Post, carrier: BaseEmailBackend
) -> EmailMultiAlternatives:
    domain = parseaddr(post.sender)[1].rpartition("@")[2]
    message = EmailMultiAlternatives(
        subject=_subject(payload),
        body=_plainly(payload),
        from_email=post.sender,
        to=list(to),
        connection=carrier,
        headers={
            "Message-ID": f"<{key}@{domain}>",
            "List-Id": f"handraiser <handraiser.{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    message.attach_alternative(_as_page(payload), "text/html")
    return message


def _subject(payload: Mapping[str, Any]) -> str:
    """Return what it is about in a line, with the number to type: `Ann of Acme is an MQL. [episode 5]`."""
    data = payload["data"]
    number = (data.get("episode") or {}).get("id")
    behind = f" [episode {number}]" if number else ""
    return " ".join(str(data["text"]).split())[: _SUBJECT - len(behind)] + behind


def _plainly(payload: Mapping[str, Any]) -> str:
    told = said(payload)
    parts = [told.text, "\n".join(told.who), "\n".join(told.why)]
    if told.talk:
        parts.append("\n".join(["Say:", *(f"- {line}" for line in told.talk)]))
    if told.note:
        parts.append(f"Note: {told.note}")
    if told.next:
        parts.append("\n    ".join([f"Next: {told.next}", *told.commands]))
    return "\n\n".join(filter(None, parts)) + "\n"


def _as_page(payload: Mapping[str, Any]) -> str:
    told = said(payload)
    parts = [f"<p><strong>{escape(told.text)}</strong></p>"]
    parts += [f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in (told.who, told.why) if lines]
    if told.talk:
        lines = "".join(f"<li>{escape(line)}</li>" for line in told.talk)
        parts.append(f"<p>Say:</p><ul>{lines}</ul>")
    if told.note:
        parts.append(f"<p>Note: {escape(told.note)}</p>")
    if told.next:
        typed = "".join(f"<br><code>{escape(command)}</code>" for command in told.commands)
        parts.append(f"<p><strong>Next:</strong> {escape(told.next)}{typed}</p>")
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>'
