"""What comes while a worker looks at leads: it is not lost by what the worker then writes down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from handraiser.flows import resolve
from handraiser.flows.deciding import Looked, Looking
from handraiser.flows.live import Live
from handraiser.flows.qualify import Qualifier
from handraiser.flows.resolve import resolve_arrivals
from handraiser.flows.taking import Heard
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query, statement
from tests.live.company import publish, send, using
from tests.live.comparing import SHOWN, compare_standings
from tests.live.traffic import AGREEMENTS, BEGIN
from tests.servers import Database, sqlite_database

SECOND = 1_000_000
NOW = BEGIN + 100 * SECOND


class Interrupted(Looking):
    """Looks at leads, and lets something happen before it tells what it has seen."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self.happens = happens

    def look(
        self,
        live: Sequence[Live],
        since: Mapping[int, int],
        now: int,
        *,
        imported: Mapping[int, frozenset[int]] | None = None,
    ) -> Looked:
        looked = super().look(live, since, now, imported=imported)

        beside(self.happens)
        return looked


def beside(happens: Callable[[], object]) -> None:
    """Let something happen by a connection of its own; return when it has."""

    def happen() -> None:
        try:
            happens()
        finally:
            connection.close()

    thread = Thread(target=happen)
    thread.start()
    thread.join()


def bought(name: str, **who: object) -> dict[str, object]:
    return {"type": "track", "event": "Product Added", "properties": {"price": 50}, "messageId": name, **who}


def test_two_who_become_one_while_one_is_looked_at_keep_what_both_did(database: Database) -> None:
    publications = dict(zip(publish(AGREEMENTS, BEGIN), AGREEMENTS, strict=True))
    form = {"type": "track", "event": "Form Submitted", "properties": {"email": "ann@made.example"}}
    send([form | {"messageId": "1", "anonymousId": "b1"}, bought("2", anonymousId="b1")], BEGIN)
    send([bought("3", userId="ann")], BEGIN + SECOND)
    resolve_arrivals()
    qualifier = Qualifier("ann's")
    assert qualifier.qualify(BEGIN + 2 * SECOND) == 2

    send([bought("4", userId="ann")], BEGIN + 3 * SECOND)
    resolve_arrivals()

    def become_one() -> None:
        said = {"type": "identify", "userId": "ann", "traits": {"email": "ann@made.example"}}
        send([said | {"messageId": "5"}], BEGIN + 4 * SECOND)
        resolve_arrivals()

    qualifier.looking = Interrupted(become_one)
    qualifier.qualify(BEGIN + 3 * SECOND)
    qualifier.looking = Looking()
    while qualifier.qualify(NOW):
        pass
    assert query("SELECT count(*) FROM store_join") == [(1,)]
    assert compare_standings({NOW: query(SHOWN)}, publications, least=1) == 2


def test_whose_standing_goes_away_meanwhile_has_one_again(database: Database) -> None:
    publications = dict(zip(publish(AGREEMENTS, BEGIN), AGREEMENTS, strict=True))
    send([bought("1", userId="ann")], BEGIN)
    resolve_arrivals()
    qualifier = Qualifier("ann's")
    assert qualifier.qualify(BEGIN + SECOND) == 1

    send([bought("2", userId="ann")], BEGIN + 2 * SECOND)
    resolve_arrivals()
    qualifier.looking = Interrupted(lambda: statement("DELETE FROM store_standing"))
    assert qualifier.qualify(NOW) == 1
    compare_standings({NOW: database.rows(SHOWN)}, publications, least=len(AGREEMENTS) - 1)


def test_whose_a_message_is_is_looked_up_anew_where_two_become_two_again_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On SQLite, where what messages say is looked up while others may write.
    with using(sqlite_database(tmp_path)):
        publications = dict(zip(publish(AGREEMENTS, BEGIN), AGREEMENTS, strict=True))
        ann = {"type": "identify", "userId": "ann", "traits": {"email": "ann@made.example"}}
        form = {"type": "track", "event": "Form Submitted", "properties": {"email": "ann@made.example"}}
        send([form | {"messageId": "1", "anonymousId": "b1"}, bought("2", anonymousId="b1")], BEGIN)
        send([bought("3", userId="ann"), ann | {"messageId": "4"}], BEGIN + SECOND)
        resolve_arrivals()
        qualifier = Qualifier("ann's")
        qualifier.qualify(BEGIN + 2 * SECOND)
        ((link,),) = query("SELECT id FROM store_join")

        look_up = resolve._looked_up
        undone: list[object] = []

        def undo() -> None:
            unjoin(link, by="somebody", now=BEGIN + 3 * SECOND)
            assert Qualifier("another's").qualify(BEGIN + 3 * SECOND) == 2
            undone.append(link)

        def interrupted(resolved: Sequence[Heard]) -> object:
            found = look_up(resolved)
            if not undone:
                beside(undo)
            return found

        monkeypatch.setattr(resolve, "_looked_up", interrupted)
        send([bought("5", anonymousId="b1")], BEGIN + 4 * SECOND)
        assert resolve_arrivals() == 1
        assert undone
        while qualifier.qualify(NOW):
            pass
        compare_standings({NOW: query(SHOWN)}, publications, least=1)
        whose = "(SELECT person_id FROM store_identifier WHERE value = 'b1')"
        (most, *_) = query(f"SELECT score FROM store_standing WHERE lead_id = {whose} ORDER BY score DESC")
        assert most[0] > 9  # for what was bought in that browser, both times
