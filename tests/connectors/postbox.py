"""A real mail server that takes mail, or refuses it as it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.connectors.receiver import silent

__all__ = ["Mailbox", "taking_mail"]


class Mailbox:
    """Takes mail, or answers as it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []
        self.at_rcpt = ""
        self.at_data = ""
        self.port = 0

    async def handle_RCPT(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        self.got.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def mail(self) -> Message:
        """Return the only mail that came."""
        ((_, content),) = self.got
        return message_from_bytes(content, policy=default)


@contextmanager
def taking_mail() -> Iterator[Mailbox]:
    """Have a mail server run within."""
    made = Mailbox()
    with silent() as port:
        pass  # it is free
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    made.port = port
    try:
        yield made
    finally:
        controller.stop()
