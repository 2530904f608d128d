"""What `serve`, `web` and `work` say when they are begun, and what they leave alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.agreement import load
from handraiser.edge.cli import app
from handraiser.edge.running import now
from handraiser.flows.publishing import publish_here
from tests.servers import Cluster, Database, Front, free_port, until

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

    def ended(
        self, how: signal.Signals = signal.SIGTERM, *, meanwhile: Callable[[Front], object] = id
    ) -> str:
        """Wait until it answers, end it as one does, and return what it said on standard error."""
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        meanwhile(Front(self.port, self.process))
        self.process.send_signal(how)
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


# ---- what it says at its start


def test_serve_says_what_is_missing_and_the_command_that_makes_it(tmp_path: Path) -> None:
    said = Served("serve", folder=tmp_path).ended(signal.SIGINT)
    assert "No agreement is live, so nobody becomes an MQL." in said
    assert (
        f"`handraiser publish AGREEMENT --marketing EMAIL --sales EMAIL`, in this folder, {tmp_path}." in said
    )
    assert f"`handraiser key new --scope track`, in this folder, {tmp_path}." in said
    track, read = (_key(scope, tmp_path) for scope in ("track", "read"))
    (tmp_path / "crm.yaml").write_text(AGREEMENT, encoding="utf-8")

    def asks_why(front: Front) -> None:
        # What serves has looked at the agreement itself, and begins the processes that answer after that.
        item = {
            "type": "identify",
            "userId": "ann",
            "messageId": "1",
            "traits": {"email": "ann@made.example"},
        }
        body = json.dumps({"batch": [item], "writeKey": track})
        assert asked(front, "POST", "/v1/batch", body)[0] == 200
        until(lambda: asked(front, "GET", "/api/leads?user_id=ann", key=read)[0] == 200, says="nobody came")
        status, told = asked(front, "GET", "/api/leads/1/explanation", key=read)
        assert (status, '"crm"' in told) == (200, True)

    said = Served("serve", "--agreement", "crm.yaml", folder=tmp_path).ended(meanwhile=asks_why)
    assert "nobody" not in said


def _key(scope: str, folder: Path) -> str:
    command = [sys.executable, "-c", _MAIN, "key", "new", "--scope", scope]
    made = subprocess.run(
        command, cwd=folder, env=environment(folder), check=True, capture_output=True, text=True
    )
    return made.stdout.strip()


def asked(front: Front, method: str, path: str, body: str | None = None, *, key: str = "") -> tuple[int, str]:
    """Return what is answered, and with which status."""
    connection = front.connect()
    try:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_revoked_key_and_one_to_read_are_none_for_tracking(stored: Database) -> None:
    from handraiser.edge.serving import _no_key

    assert run("key", "new", "--scope", "read").exit_code == 0
    assert run("key", "new", "--scope", "track").exit_code == 0
    assert list(_no_key()) == []
    assert run("key", "revoke", str(stored.one("SELECT max(id) FROM store_key"))).exit_code == 0
    assert len(list(_no_key())) == 1


def test_a_shadow_alone_and_one_to_come_leave_nobody_live(stored: Database, tmp_path: Path) -> None:
    from handraiser.edge.serving import _no_agreement

    (tmp_path / "crm.yaml").write_text(AGREEMENT, encoding="utf-8")
    assert run("publish", str(tmp_path / "crm.yaml"), "--shadow").exit_code == 0
    assert len(list(_no_agreement())) == 1
    signed_by_two(AGREEMENT, tmp_path)
    assert list(_no_agreement()) == []


def test_a_worker_says_in_one_line_what_it_works_on(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.database().url
    command = [sys.executable, "-c", _MAIN, "work"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path, DATABASE_URL=url), text=True, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 0
    name = url.rpartition("/")[2]
    assert said == f"Working on the database {name} at 127.0.0.1: no agreement is live yet.\n"


# ---- what it refuses


@pytest.mark.parametrize("command", ["web", "work"])
def test_who_is_refused_sqlite_leaves_no_database_behind(tmp_path: Path, command: str) -> None:
    asked = [sys.executable, "-c", _MAIN, command]
    done = subprocess.run(
        asked, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "DATABASE_URL: HR811" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["nohost.invalid", "203.0.113.7", "a..b"])
def test_an_address_that_this_machine_does_not_have_is_a_matter_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("serve", "--host", host, "--port", str(free_port()))
    assert done.exit_code == 1
    assert f"--host: HR813 {host} is no address of this machine" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_somebody_listens_on_is_a_matter_of_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "--port: HR810 Nobody can listen on 127.0.0.1:" in done.stderr


def test_help_tells_a_default_once_and_of_an_agreement_no_endings_of_tables() -> None:
    told = " ".join(run("serve", "--help").stdout.split())
    assert "Where to listen. Unless said: 8000." in told
    assert told.count("127.0.0.1") == 2
    assert ".csv" not in told
    assert ".csv" in run("score", "--help").stdout
