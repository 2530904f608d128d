"""What `serve`, `web` and `work` say when they are begun, and what they leave alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from handraiser.agreement import load
from handraiser.edge.cli import app
from handraiser.edge.running import now
from handraiser.flows.publishing import publish_here
from tests.servers import Database, free_port

AGREEMENT = """agreement: crm
fit: {rules: []}
engagement: {rules: [{rule: visit, event: Page Viewed, points: 5}]}
qualify: {mql: score >= 15}
"""
NEXT = AGREEMENT.replace("15", "20")
SIGNED = ("--marketing", "mara@example.com", "--sales", "sam@example.com")
_MAIN = "from handraiser.edge.cli import main; main()"


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a command is started with in a folder of its own."""
    own = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANDRAISER_FOLDER")
    }
    return own | {"PYTHONUNBUFFERED": "1"} | more


def signed_by_two(text: str, folder: Path) -> None:
    """Have two people sign an agreement that decides from now on."""
    path = folder / "signed.yaml"
    path.write_text(text, encoding="utf-8")
    for words in (
        ("user", "add", "mara@example.com", "--role", "marketing"),
        ("user", "add", "sam@example.com", "--role", "sales"),
        ("publish", str(path), *SIGNED),
    ):
        done = run(*words)
        assert done.exit_code == 0, done.output


# ---- serve --agreement


def test_serve_publishes_where_nothing_of_the_name_is_live(stored: Database) -> None:
    assert publish_here(load(AGREEMENT), now=now()).new
    assert stored.one("SELECT count(*) FROM store_publication") == 1


def test_serve_replaces_what_serve_has_published(stored: Database) -> None:
    assert publish_here(load(AGREEMENT), now=now()).new
    assert not publish_here(load(AGREEMENT), now=now()).new
    assert publish_here(load(NEXT), now=now()).new
    assert stored.one("SELECT count(*) FROM store_publication") == 2


def test_serve_leaves_alone_what_two_people_have_signed(stored: Database, tmp_path: Path) -> None:
    signed_by_two(NEXT, tmp_path)
    here = publish_here(load(AGREEMENT), now=now())
    assert not here.new
    assert here.stays is not None
    assert here.stays.fingerprint == load(NEXT).fingerprint
    assert stored.one("SELECT count(*) FROM store_publication") == 1


def test_what_two_people_have_signed_is_not_told_where_it_means_the_same(
    stored: Database, tmp_path: Path
) -> None:
    signed_by_two(AGREEMENT, tmp_path)
    here = publish_here(load(AGREEMENT.replace("fit:", "title: Words\nfit:")), now=now())
    assert (here.new, here.stays) == (False, None)


class Served:
    """`handraiser serve` as a user starts it, and what it has said by the time it answers."""

    def __init__(self, *words: str, folder: Path, **more: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-c", _MAIN, *words, "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(folder, **more), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ended(self) -> str:
        """Wait until it answers, end it, and return what it said on standard error."""
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=120)
        assert ready == f"ready http://127.0.0.1:{self.port}\n", said
        assert self.process.returncode == 0, said
        return said


def test_serve_goes_on_with_what_is_signed_and_says_in_a_sentence_what_stays(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(AGREEMENT, encoding="utf-8")
    (tmp_path / "next.yaml").write_text(NEXT, encoding="utf-8")
    for words in (
        ("user", "add", "mara@example.com", "--role", "marketing"),
        ("user", "add", "sam@example.com", "--role", "sales"),
        ("publish", "next.yaml", *SIGNED),
    ):
        command = [sys.executable, "-c", _MAIN, *words]
        subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), check=True, capture_output=True)
    said = Served("serve", "--agreement", "crm.yaml", folder=tmp_path).ended()
    assert "crm stays live as mara@example.com and sam@example.com signed it, since 2" in said
    assert "crm.yaml differs from it and is not published; `handraiser publish` replaces" in said
