"""The made company of the demo: its time is played by the real flows, and it is signed in to as anywhere."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from random import Random

import pytest
from django.http import HttpRequest

from handraiser.edge.played.cast import DEMO_USERS, PASSWORD
from handraiser.edge.played.keeping import Found, alone_in, database_of, found_in, take_away
from handraiser.edge.played.marker import ENVIRONMENT
from handraiser.edge.played.trickle import Trickle, post
from handraiser.edge.web.signing.demo import shown
from handraiser.edge.worker import Worker
from handraiser.errors import Mistakes
from handraiser.flows.examining import examine
from handraiser.flows.keys import make_key
from handraiser.store.bulk import query
from handraiser.store.models import User
from tests.app.made_company import UNTIL
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, using
from tests.servers import Database, Front, free_port, serving, sqlite_database, until

MADE_UP = "are made up"


@contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[None]:
    """Tell a program to end, whatever happens within."""
    try:
        yield
    finally:
        process.terminate()


def test_what_was_played_is_what_a_replay_gives(played: tuple[Database, int]) -> None:
    with using(played[0]):
        found = examine(UNTIL)
        assert [each for each in found.differences if each.cause is None] == []
        assert query("SELECT count(*) FROM store_reject") == [(0,)]
        assert query("SELECT count(*) FROM store_arrival") == [(0,)]


def test_every_stage_occurs_and_somebody_waits_whom_nobody_can_take(played: tuple[Database, int]) -> None:
    with using(played[0]):
        became = {stage for (stage,) in query("SELECT DISTINCT became FROM store_move")}
        assert became >= {"mql", "sal", "sql", "opportunity", "recycled"}
        waiting = "SELECT owner_id IS NULL, count(*) FROM store_handoff WHERE stage = 'mql' GROUP BY 1"
        assert {bool(nobodys) for nobodys, _ in query(waiting)} == {True, False}
        assert query("SELECT count(*) FROM store_alarm WHERE closed_at IS NULL")[0][0] >= 1
        due = "SELECT count(*) FROM store_deadline WHERE act = 'due' AND done_at IS NULL AND due_at > %s"
        assert query(due, [UNTIL])[0][0] > 3


def test_each_card_signs_in_by_the_password_and_every_page_says_that_it_is_made_up(demo: App) -> None:
    page = demo.nobody().get("/account/login/").text
    cards = re.findall(
        r'name="login" value="([^"]+)">\s*<input type="hidden" name="password" value="([^"]+)"', page
    )
    assert cards == [(each.email, PASSWORD) for each in DEMO_USERS]
    assert {each.role for each in DEMO_USERS} == set(User.Role)
    for email, password in cards[:3:2]:
        visitor = demo.nobody()
        seen = visitor.post("/account/login/", login=email, password=password)
        assert (seen.status, seen.headers["location"]) == (302, "/home")
        for path in ("/home", "/queue"):
            assert MADE_UP in visitor.get(path).text
    assert demo.nobody().post("/account/login/", login=cards[0][0], password=PASSWORD[1:]).status == 200


def test_the_cards_are_nowhere_but_in_the_demo(
    played: tuple[Database, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with using(played[0]):  # its database alone
        assert shown(HttpRequest()) == {}
    monkeypatch.setenv(ENVIRONMENT, "1")
    with serving(sqlite_database(tmp_path)) as front:  # another's database, as if it were the demo
        page = Visitor(front).get("/account/login/").text
        assert "Sign in" in page
        assert PASSWORD not in page
        assert MADE_UP not in page


def test_visitors_come_by_over_http_and_one_of_them_is_soon_an_mql(demo: App) -> None:
    clock = Clock(time.time_ns() // 1_000)
    with using(demo.database):
        key = make_key("track", name="test", who="test", now=clock.at).text
        before = (
            query("SELECT count(*) FROM store_episode")[0][0],
            query("SELECT max(seq) FROM store_event")[0][0],
        )
        trickle = Trickle(post(demo.url, key), clock, Random(5))
        for _ in range(30):
            trickle.step()
            clock.at += 1_000_000
        clock.at = time.time_ns() // 1_000 + 60_000_000
        Worker(clock).settle()
        assert query("SELECT count(*) FROM store_event WHERE seq > %s", [before[1]])[0][0] > 10
        assert query("SELECT count(*) FROM store_episode")[0][0] > before[0]


def test_the_command_serves_what_was_played_with_visitors_and_ends_when_told(
    played: tuple[Database, int], tmp_path: Path
) -> None:
    port, now = free_port(), time.time_ns() // 1_000
    with closing(played[0].connect()) as old, closing(sqlite3.connect(database_of(tmp_path))) as new:
        old.backup(new)
        new.execute("INSERT INTO store_audit VALUES (NULL, ?, 'sam', 'looked', 'it', '{}')", [now])
        new.commit()
    (tmp_path / "agreement.yaml").write_text("mine by now", encoding="utf-8")
    (tmp_path / "other").mkdir()  # whose database the environment names is not asked
    asked = ["demo", "--folder", str(tmp_path), "--leads", "20", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", "from handraiser.edge.cli import main; main()", *asked],
        stdout=subprocess.PIPE, text=True, env=sqlite_database(tmp_path / "other").environment(),
    )  # fmt: skip
    with process, ending(process):
        assert process.stdout is not None
        told = list(takewhile(lambda line: not line.startswith("ready"), process.stdout))
        assert [line for line in told if "maria@acme-crm.example" in line]
        assert [line for line in told if "goes on from where it was left" in line]
        assert (tmp_path / "agreement.yaml").read_text(encoding="utf-8") == "mine by now"
        assert PASSWORD in Visitor(Front(port, process)).get("/account/login/").text
        came = "SELECT count(*) FROM store_event WHERE message_id LIKE 'visit-%' AND received_at > ?"
        copied = Database(f"sqlite:///{database_of(tmp_path)}")
        until(lambda: copied.one(came, [now]), says="nobody comes by")
    assert process.returncode == 0


def test_a_company_is_gone_on_with_if_whole_and_else_made_anew(
    played: tuple[Database, int], tmp_path: Path
) -> None:
    assert found_in(tmp_path) == (Found.NOTHING, 0)
    file = database_of(tmp_path)
    sqlite_database(tmp_path)
    assert found_in(tmp_path) == (Found.HALF, 0)  # it was stopped while tables were made
    with sqlite3.connect(file) as con:
        con.execute("INSERT INTO store_audit VALUES (NULL, 1, 'sam', 'made a key', 'key 1', '{}')")
    assert found_in(tmp_path) == (Found.ANOTHERS, 0)
    take_away(tmp_path)
    assert found_in(tmp_path) == (Found.NOTHING, 0)
    found, last = found_in(Path(played[0].url.removeprefix("sqlite:///")).parent)
    assert found is Found.WHOLE
    assert last >= UNTIL


def test_two_do_not_serve_one_company(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(Mistakes, match="another `handraiser demo`"), alone_in(tmp_path):
        pass
