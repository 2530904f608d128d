"""What a database that is not as it should be does to a command: a sentence and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers import Cluster, free_port

_MAIN = "from handraiser.edge.cli import main; main()"


def handraiser(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell would, in a folder."""
    clean = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANDRAISER_FOLDER")
    }
    command = [sys.executable, "-c", _MAIN, *words]
    return subprocess.run(
        command, cwd=folder, env=clean | environment, capture_output=True, text=True, check=False
    )


def failed(done: subprocess.CompletedProcess[str], code: int) -> str:
    """What was said, after a look at the exit code: no trace of calls."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_new_database_is_made_where_something_is_to_be_kept_and_that_is_said(tmp_path: Path) -> None:
    done = handraiser("key", "new", "--scope", "read", folder=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == f"The database {tmp_path / 'handraiser-data' / 'handraiser.db'} has been made.\n"
    again = handraiser("key", "list", folder=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")


def test_who_only_looks_makes_no_database(tmp_path: Path) -> None:
    for words in (["key", "list"], ["user", "list"], ["user", "remove", "ann@example.com"]):
        assert "HR801" in failed(handraiser(*words, folder=tmp_path), 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "postgresql://u:p/w@h:1/d",
        "nonsense",
        "postgresql://h:99999/d",
        "postgresql:/me@h/x",
        "postgresql:///me@h/x",
        "postgresql:x",
        "sqlite:x.db",
        "sqlite://x.db",
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    said = failed(handraiser("key", "list", folder=tmp_path, DATABASE_URL=url), 3)
    assert "DATABASE_URL is no address of a database" in said
    assert "p/w" not in said


def test_a_server_that_is_away_is_told_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://ann:secret@127.0.0.1:{free_port()}/d"
    said = failed(handraiser("key", "list", folder=tmp_path, DATABASE_URL=url), 3)
    assert said.startswith("handraiser could not go on: The database d at 127.0.0.1: ")
    assert "secret" not in said


def test_an_option_that_the_server_does_not_know_is_told(tmp_path: Path) -> None:
    url = f"postgresql://ann:secret@127.0.0.1:{free_port()}/d?nonsense=1"
    assert "nonsense" in failed(handraiser("key", "list", folder=tmp_path, DATABASE_URL=url), 3)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text(
        "no database at all, but long enough to be looked at" * 50, encoding="utf-8"
    )
    said = failed(handraiser("key", "list", folder=tmp_path, DATABASE_URL="sqlite:///x.db"), 3)
    assert "file is not a database" in said


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    assert handraiser("key", "new", "--scope", "read", folder=tmp_path).returncode == 0
    con = sqlite3.connect(tmp_path / "handraiser-data" / "handraiser.db")
    con.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2030-01-01')"
    )
    con.commit()
    con.close()
    assert "later version" in failed(handraiser("key", "list", folder=tmp_path), 3)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    said = failed(
        handraiser("key", "new", "--scope", "read", folder=tmp_path, HANDRAISER_FOLDER="taken/x"), 3
    )
    assert "taken" in said


def test_several_who_come_first_make_the_tables_once(tmp_path: Path, cluster: Cluster) -> None:
    cluster._make("raced")
    urls = {"sqlite": f"sqlite:///{tmp_path / 'raced.db'}", "postgresql": cluster.url("raced")}
    for url in urls.values():
        with ThreadPoolExecutor(3) as pool:
            asked = [
                pool.submit(handraiser, "key", "new", "--scope", "read", folder=tmp_path, DATABASE_URL=url)
                for _ in range(3)
            ]
        assert [each.result().returncode for each in asked] == [0, 0, 0], [
            each.result().stderr for each in asked
        ]
        listed = handraiser("key", "list", folder=tmp_path, DATABASE_URL=url)
        assert len(listed.stdout.splitlines()) == 1 + 3


def test_commands_that_need_no_database_do_not_wait_for_django(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "agreement: a\nfit: {rules: []}\nqualify: {mql: v}\n"
        "engagement: {rules: [{rule: v, event: V, points: 5}]}\n",
        encoding="utf-8",
    )
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom handraiser.edge.cli import app\n"
        "done = CliRunner().invoke(app, ['check', 'a.yaml'])\n"
        "sys.exit(done.exit_code or 'django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
