"""An agreement that names teams or people who are not there: it is told, and nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from handraiser.agreement import load
from handraiser.edge.absent_told import absent_from_live
from handraiser.edge.cli import app
from handraiser.flows.absent import absent
from handraiser.store.models import Publication, Team, User
from tests.live.company import NOON, publish
from tests.routing.sales_team import somebody, team_of

pytestmark = pytest.mark.usefixtures("database")

AGREEMENT = """agreement: made
fit: {rules: []}
engagement:
  rules: [{rule: visit, event: Page Viewed, points: 60}]
qualify: {mql: score > 50}
handoff:
  accept_within: 1 hour
  escalate_at: [{at: 100%, to: manager}, {at: 120%, to: team emea}]
  route:
    - {when: lead.country = 'US', to: "company owner, ann@made.example, team americas"}
    - {to: team emea}
"""


def says() -> list[str]:
    return [each.says for each in absent(load(AGREEMENT, file="made"))]


def test_each_who_is_not_there_is_told_once_for_each_place() -> None:
    team_of("Americas")
    doubts = absent(load(AGREEMENT, file="made"))
    assert [(str(each.at), each.code, each.says) for each in doubts] == [
        ("handoff.route", "HR839", "There is no user ann@made.example."),
        ("handoff.route", "HR839", "There is no team americas."),
        ("handoff.route", "HR839", "There is no team emea."),
        ("handoff.escalate_at", "HR839", "There is no team emea."),
    ]
    assert "Did you mean team Americas?" in doubts[1].fix


def test_a_team_needs_somebody_who_takes_leads_and_a_manager_where_that_is_told() -> None:
    ann = somebody("ann")
    team_of("americas", ann)
    team_of("emea", somebody("bo", left_at=1))
    assert says() == ["Nobody of team emea takes leads.", "Team emea has no manager to be told."]
    Team.objects.filter(name="emea").update(fallback=ann, manager=ann)
    assert says() == []
    User.objects.filter(pk=ann.pk).update(left_at=1)
    assert len(says()) == 4
    assert says()[-1] == "Team emea has no manager to be told."


def test_publishing_tells_it_and_publishes(tmp_path: Path) -> None:
    for name, role in (("m", "marketing"), ("s", "sales")):
        User.objects.create(email=f"{name}@made.example", role=role, created_at=0)
    path = tmp_path / "made.yaml"
    path.write_text(AGREEMENT, encoding="utf-8")
    signed = ("--marketing", "m@made.example", "--sales", "s@made.example")
    done = CliRunner().invoke(app, ["publish", str(path), *signed])
    assert done.exit_code == 0, done.output
    assert "HR839 warning: There is no team americas." in done.stderr
    assert Publication.objects.count() == 1


def test_what_is_live_is_told_in_a_line() -> None:
    publish([AGREEMENT], NOON)
    publish([AGREEMENT.replace("agreement: made", "agreement: beside")], NOON, shadow=True)
    (line,) = absent_from_live(NOON)
    assert line.startswith("made is live and names who is not there. There is no user ann@made.example. ")
    assert absent_from_live(NOON - 1) == []
