"""What rules did, and how healthy the data are, as a terminal tells it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from tests.live.company import DAY, Live
from tests.servers import Database

TEXT = """
agreement: told
fit: {rules: [{rule: big, title: Fifty or more, when: lead.employees >= 50, points: 15}]}
engagement:
  rules:
    - {rule: story, event: Story Read, points: 20}
    - {rule: demo, event: Demo Requested, points: 40}
qualify: {mql: score >= 35}
"""


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["agreement", *words])


def test_what_rules_did_and_of_whom_they_can_be_decided(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    live = Live(TEXT, at=time.time_ns() // 1_000 - 3 * DAY)
    for number, told in enumerate(({"employees": 80}, {})):
        live.identify({"userId": f"u{number}"}, **told)
        live.track({"userId": f"u{number}"}, "Story Read")
    done = run("rules", "told")
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: line.split() for line in done.output.splitlines()[1:] if line}
    assert lines["big"] == ["big", "fit", "1", "1", "0", "1", "0"]
    assert lines["story"] == ["story", "event", "2", "2", "1", "0", "1", "0"]
    assert lines["demo"] == ["demo", "event", "0", "0", "0", "0", "0", "0", "silent"]
    told = json.loads(run("rules", "told", "--days", "1", "--format", "json").stdout)
    assert (told["mqls"], told["leads"]) == (0, 2)
    done = run("health", "told")
    assert done.exit_code == 0, done.output
    assert "lead.employees is unknown for 50 % of leads" in done.output
    assert "at most 1 more lead could qualify" in done.output
    (condition,) = json.loads(run("health", "told", "--format", "json").stdout)["conditions"]
    assert condition["all"] == {"true": 1, "false": 0, "unknown": 1}


def test_what_is_not_live_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    for command in ("rules", "health"):
        done = run(command, "nothing")
        assert (done.exit_code, "HR888" in done.output) == (1, True)
