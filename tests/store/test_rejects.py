"""What clients sent in vain is shown with its reason, and read again when asked."""

from __future__ import annotations

from typer.testing import CliRunner

from handraiser.capture.protocol import read_request
from handraiser.edge.cli import app
from handraiser.flows.intake import Delivery, keep
from handraiser.store.models import Event, Reject
from tests.servers import Database

AT = 1_772_445_600_000_000


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0
    return done.stdout


def send(body: bytes) -> None:
    keep([Delivery(read_request(body, kind=None, received_at=AT).items, None, AT)])


def test_what_was_refused_is_listed_by_reason(stored: Database) -> None:
    nameless = b'{"type": "track", "userId": "ann"}, {"type": "track", "userId": "ben"}'
    send(b'{"batch": [' + nameless + b', {"type": "page"}]}')
    told = run("rejects", "list")
    assert "2      2026-03-02T10:00:00Z  There is no `event`, which track needs." in told
    assert '{"type": "track", "userId": "ben"}' in told


def test_nothing_refused_is_said_to_be_nothing(stored: Database) -> None:
    assert run("rejects", "list") == "Nothing that was refused waits.\n"


def test_what_has_been_put_right_is_kept(stored: Database) -> None:
    send(b'{"batch": [{"type": "track", "userId": "ann"}, {"type": "page"}]}')
    wrong = Reject.objects.order_by("id").first()
    assert wrong is not None
    wrong.body = b'{"type": "track", "userId": "ann", "event": "Demo Requested"}'
    wrong.save()
    assert run("rejects", "replay") == "1 item kept now, 1 item still refused.\n"
    assert Event.objects.get().event == "Demo Requested"
    assert run("rejects", "replay") == "0 items kept now, 1 item still refused.\n"
