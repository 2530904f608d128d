"""What the process that holds the history answers is what a back-test of an export says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from django.db.models import F
from typer.testing import CliRunner

from handraiser.agreement import load
from handraiser.agreement.changing import changed
from handraiser.agreement.model import Agreement
from handraiser.edge.cli import app
from handraiser.edge.whatif.asking import Asking
from handraiser.edge.whatif.engine import Engine
from handraiser.edge.whatif.identity import identity
from handraiser.edge.whatif.wire import (
    Answer,
    Curve,
    Curved,
    Listed,
    Reading,
    Ruled,
    Rules,
    Supposed,
    Void,
    WhatIf,
    Who,
)
from handraiser.flows.erasing import erase
from handraiser.flows.history import append_history
from handraiser.store.models import Episode, Outcome
from tests.live.company import Clock, publish, send, worker
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, month
from tests.servers import Database, until

_numbers = count(1)
CHANGES: list[dict[str, Any]] = [
    {},
    {"threshold": 30},
    {"engagement.decay": "half-life 20 days", "pricing.points": 20, "mail.max": 4},
    {
        "title.points.1.points": 0,
        "visits.at_least": 2,
        "pricing.at_most": "2 per day",
        "engagement.within": "forever",
    },
    {"pricing.where": "path like '/blog%'"},  # asks something new of the events
]


class Played(NamedTuple):
    """A history that was played, and the process that holds it."""

    live: Agreement
    asking: Asking
    folder: Path

    def asks(
        self, kind: type[WhatIf] | type[Curve] | type[Who] | type[Rules], tested: Agreement, **more: Any
    ) -> Any:
        """Return what is answered once all that has to be read has been read."""
        question = kind(
            of=identity(), asker="somebody", number=next(_numbers),
            tested=tested.source, against=self.live.source, **more,
        )  # fmt: skip

        def answered() -> Answer | None:
            found = self.asking.ask(question)
            time.sleep(0.02)
            return None if isinstance(found, Reading) else found

        return until(answered, says="the history is never read")

    def exported(self, tested: Agreement, at: int, folder: Path) -> dict[str, Any]:
        """Return what a back-test of an export says, up to an instant."""
        run("export", str(folder), "--format", "parquet")
        for name, agreement in (("tested", tested), ("live", self.live)):
            (folder / f"{name}.yaml").write_text(agreement.source)
        given = [
            word
            for name in ("leads", "companies", "events", "outcomes")
            for word in (f"--{name}", str(folder / f"{name}.parquet"))
        ]
        told = run(
            "backtest", str(folder / "tested.yaml"), "--against", str(folder / "live.yaml"), *given,
            "--to", datetime.fromtimestamp(at / 1e6, UTC).isoformat(), "--format", "json",
        )  # fmt: skip
        found: dict[str, Any] = json.loads(told)
        return found


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def played(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Three weeks of traffic; most of it is in files, and some who were MQLs have bought."""
    told = database.environment()
    for name in ("DATABASE_URL", "HANDRAISER_FOLDER"):
        monkeypatch.setenv(name, told[name])
    folder = Path(told["HANDRAISER_FOLDER"])
    clock = Clock(BEGIN)
    publish(AGREEMENTS, BEGIN)
    one = worker(clock)
    for number, delivery in enumerate(month(seed=11, people=50, days=20)):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        one.turn()
        if number == 150:
            append_history(folder)
    clock.at += DAY
    one.settle()
    for episode in Episode.objects.filter(agreement="crm").order_by("id")[::2]:
        at = episode.begun_at + DAY
        for stage in ("accepted", "sql", "customer"):
            Outcome.objects.create(
                person_id=episode.lead_id, stage=stage, agreement="crm", at=at, known_at=at, by="made"
            )
    live = load(AGREEMENTS[0].strip() + "\n", file="made")
    asking = Asking(folder)
    yield Played(live, asking, folder)
    asking.end()


def test_it_says_what_a_back_test_of_an_export_says_and_leaves_out_who_is_forgotten(
    played: Played, tmp_path: Path
) -> None:
    for number, changes in enumerate(CHANGES):
        tested = changed(played.live, changes)
        found = played.asks(WhatIf, tested)
        assert isinstance(found, Supposed), found
        told = json.loads(msgspec.json.encode(found.beside))
        expected = played.exported(tested, found.at, tmp_path / f"export{number}")
        assert expected["mqls"] > 5
        for side, shown in (("test", expected), ("against", expected["against"])):
            same = told[side].keys() - {"by", "curve", "scores"}
            assert {name: told[side][name] for name in same} == {name: shown[name] for name in same}
        for name in ("gained", "lost", "earlier", "later"):
            assert told[name] == expected[name], name
        points = {each["threshold"]: each["mqls"] for each in expected["curve"]}
        curve = played.asks(Curve, tested)
        assert isinstance(curve, Curved)
        common = [each for each in curve.points if each.threshold in points]
        assert len(common) > 5
        assert [each.mqls for each in common] == [points[each.threshold] for each in common]
        for gained, shown in ((True, expected["gained_leads"]), (False, expected["lost_leads"])):
            who = played.asks(Who, tested, gained=gained, after=0, most=1_000)
            assert isinstance(who, Listed)
            people = json.loads(msgspec.json.encode(who.people))
            assert sorted(people, key=itemgetter("lead_id")) == sorted(shown, key=itemgetter("lead_id"))
    did = played.asks(Rules, played.live, days=3_650)
    assert isinstance(did, Ruled)
    begun = Episode.objects.filter(agreement="crm", shadow=False)
    # What was decided live is what history gives; of who was joined to somebody later none of it was known.
    same = begun.filter(lead__root=F("lead"))
    assert did.found.mqls == begun.count()
    assert begun.count() / 2 < same.count() <= did.found.confirmed
    assert {each.rule for each in did.found.rules if each.decided} >= {"paper", "trial"}
    _one_is_forgotten(played)


def _one_is_forgotten(played: Played) -> None:
    tested = changed(played.live, {"threshold": 5})
    before = played.asks(WhatIf, tested)
    gained = played.asks(Who, tested, gained=True, after=0, most=1_000).people
    erase(int(gained[0].lead_id), who="somebody", now=BEGIN + 30 * DAY)
    after = played.asks(WhatIf, tested)
    assert after.beside.test.mqls == before.beside.test.mqls - 1
    assert after.beside.test.leads == before.beside.test.leads - 1
    left = played.asks(Who, tested, gained=True, after=0, most=1_000).people
    assert [each.lead_id for each in left] == [each.lead_id for each in gained[1:]]


def test_something_newer_of_the_same_asker_makes_what_is_older_void(tmp_path: Path) -> None:
    engine = Engine(tmp_path, tmp_path, clock=lambda: 0, threads=1)
    older, newer, of_another = (
        WhatIf(of="", asker=asker, number=number, tested=AGREEMENTS[0], against=AGREEMENTS[0])
        for asker, number in (("ann", 1), ("ann", 2), ("bob", 1))
    )
    for each in (newer, older, of_another):
        engine.note(each)
    assert engine.waits(older) == Void()
    assert isinstance(engine.waits(newer), Reading)
    assert isinstance(engine.waits(of_another), Reading)
