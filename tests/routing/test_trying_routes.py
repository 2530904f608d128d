"""`handraiser routes`: where MQLs would have gone, with the teams as they are now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.flows.trying_routes import Unassigned, Went, try_routes
from handraiser.store.models import Alarm, Assignment, Member, Team
from tests.live.company import DAY, NOON, Live
from tests.routing.sales_team import away, somebody, team_of

pytestmark = pytest.mark.usefixtures("database")

AGREEMENT = """
agreement: made
fit: {rules: []}
engagement:
  rules: [{rule: visit, event: Page Viewed, points: 60}]
qualify: {mql: score > 50}
handoff:
  route:
    - {when: lead.country = 'US', to: team americas}
    - {to: team emea}
"""
OWNED = AGREEMENT.replace("to: team emea", "to: 'company owner, team emea'")


def live_with(*countries: str, text: str = AGREEMENT) -> Live:
    """Return a system in which somebody of each country becomes an MQL, one after the other."""
    live = Live(text)
    for k, country in enumerate(countries):
        who = {"userId": f"lead{k}"}
        live.identify(who, country=country)
        live.track(who, "Page Viewed", path="/")
    return live


def tried(live: Live, **more: object) -> tuple[tuple[Went, ...], tuple[Unassigned, ...]]:
    found = try_routes(None, **{"since": NOON, "until": live.clock.at, "now": live.clock.at} | more)  # type: ignore[arg-type]
    return found.went, found.unassigned


def test_leads_go_to_teams_that_were_made_since() -> None:
    live = live_with("US", "DE", "US", "FR", "US")
    before = (Assignment.objects.count(), Alarm.objects.count())
    team_of("americas", somebody("ann"), somebody("bo"))
    team_of("emea", somebody("cy"))
    went, unassigned = tried(live)
    assert went == (
        Went("made", 1, "team americas", "ann@made.example", 2),
        Went("made", 1, "team americas", "bo@made.example", 1),
        Went("made", 2, "team emea", "cy@made.example", 2),
    )
    assert unassigned == ()
    assert (Assignment.objects.count(), Alarm.objects.count()) == before
    assert set(Team.objects.values_list("turn", flat=True)) == {0}
    assert set(Member.objects.values_list("turn", flat=True)) == {0}


def test_a_lead_is_routed_by_where_it_was_then() -> None:
    live = live_with("US")
    team_of("americas", somebody("ann"))
    live.identify({"userId": "lead0"}, country="DE")
    assert tried(live)[0] == (Went("made", 1, "team americas", "ann@made.example", 1),)


def test_what_nobody_could_take_is_told_with_why() -> None:
    live = live_with("US", "DE")
    team_of("emea", away(somebody("ann"), NOON - DAY, NOON + DAY).user)
    why = "nobody could take it; team emea, route 2: passed over: ann@made.example: away until 3 Mar 12:00"
    no_team = why.replace("it; ", "it; team americas, route 1: there is no such team; ")
    assert tried(live) == ((), (Unassigned("made", no_team, 1), Unassigned("made", why, 1)))


def test_limits_are_counted_anew_day_by_day() -> None:
    team_of("emea", somebody("ann"), per_day=1)
    live = live_with("DE", "DE")
    live.later(DAY)
    live.identify({"userId": "late"}, country="DE")
    live.track({"userId": "late"}, "Page Viewed", path="/")
    went, unassigned = tried(live)
    assert went == (Went("made", 2, "team emea", "ann@made.example", 2),)
    assert [each.leads for each in unassigned] == [1]


def test_the_owner_is_whom_the_company_had_then() -> None:
    live = Live(OWNED)
    somebody("ann")
    who = {"userId": "lead0"}
    live.identify(who, country="DE")
    group = {"type": "group", "groupId": "c.example", "traits": {"owner": "ann@made.example"}}
    live.hear({**group, **who})
    live.track(who, "Page Viewed", path="/")
    live.hear({**group, **who, "traits": {"owner": "zoe@made.example"}})
    assert tried(live)[0] == (Went("made", 2, "company owner, team emea", "ann@made.example", 1),)


def test_only_mqls_of_the_time_are_looked_at() -> None:
    live = live_with("DE")
    assert tried(live, since=live.clock.at) == ((), ())


def test_another_agreement_s_routes_are_tried_with_the_same_mqls(tmp_path: Path) -> None:
    live_with("US", "DE")
    team_of("world", somebody("ann"))
    path = tmp_path / "next.yaml"
    path.write_text(AGREEMENT.replace("team emea", "team world"), encoding="utf-8")
    span = ("--from", "2026-03-02", "--to", "2026-03-03")
    done = CliRunner().invoke(app, ["routes", str(path), *span, "--format", "json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "since": "2026-03-02T00:00:00Z",
        "until": "2026-03-03T00:00:00Z",
        "leads": 2,
        "went": [
            {"agreement": "made", "route": 2, "to": "team world", "who": "ann@made.example", "leads": 2}
        ],
        "unassigned": [],
    }
    told = CliRunner().invoke(app, ["routes", *span])
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("2 MQLs from 2026-03-02T00:00:00Z until 2026-03-03T00:00:00Z")
    assert lines[2] == "2 leads would have been nobody's:"
    assert any("there is no such team" in line for line in lines[3:])
