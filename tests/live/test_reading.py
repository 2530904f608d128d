"""What the read API tells of leads: what the live system showed, and what the command line finds out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

import handraiser as hr
from handraiser.edge.web.answering import Answered
from handraiser.edge.web.api import answers, asked
from handraiser.edge.web.api.leads import lead_at, timeline_at
from handraiser.edge.web.api.scores import explained, stood
from handraiser.flows.live import live_at
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query, statement
from handraiser.store.history import History, history_of
from tests.live.company import Clock, publish, send, worker
from tests.live.story import AGREEMENTS, BEGIN, at, tell
from tests.live.traffic import AGREEMENTS as MONTHLY
from tests.live.traffic import DAY, month
from tests.servers import Database

SHOWN = "SELECT lead_id, publication_id, score, fit, engagement, grade, qualified, at FROM store_standing"
FIGURES = ("score", "fit", "engagement", "grade", "qualified")


def lead_as_of(instant: int, **by: str) -> answers.Lead:
    """A lead that somebody looks up, as it is told in JSON."""
    found = lead_at(asked.lead_known_by(by), live_at(instant), instant)
    return msgspec.json.decode(msgspec.json.encode(found), type=answers.Lead)


def exported() -> dict[str, list[dict[str, Any]]]:
    """All that is known of all leads, as rows that `handraiser score` reads."""
    leads = "SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL"
    history = history_of([number for (number,) in query(leads)])
    return {name: rows(history, name) for name in ("leads", "companies", "events")}


def rows(history: History, name: str) -> list[dict[str, Any]]:
    table = getattr(history, name)
    found = []
    for row in table.to_pylist():
        row |= {each: moment(row[each]) for each in row if each in TIMES}
        row |= json.loads(row.pop("attributes", "{}"))
        if "properties" in row:
            row["properties"] = json.loads(row["properties"])
        found.append(row)
    return found


TIMES = {"valid_from", "known_at", "created_at", "occurred_at"}


def moment(instant: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)


def test_leads_are_told_as_they_were_shown_live(database: Database) -> None:
    clock = Clock(BEGIN)
    publications = publish(MONTHLY, BEGIN)
    working = worker(clock)
    shown = []
    for number, delivery in enumerate(month(seed=3, people=30, days=15)):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        if number % 40 == 39:
            clock.at += 5
            working.settle()
            shown += [row for row in query(SHOWN) if row[-1] == clock.at]
    working.settle()
    # Half of them without what the worker remembers: it makes no difference.
    statement("DELETE FROM store_kepthits WHERE lead_id IN (SELECT id FROM store_person WHERE email)")
    agreements = [one.agreement for one in live_at(clock.at)]
    alone = {number for (number,) in query("SELECT id FROM store_person WHERE root_id = id")}
    asked_about = [row for row in shown if row[0] in alone]
    assert len(asked_about) > 50
    for lead, publication, *figures, instant in asked_about:
        told = stood(lead, agreements, instant).rows[publications.index(publication)]
        assert [told[name] for name in FIGURES] == [*figures[:-1], bool(figures[-1])], (lead, instant)


def test_a_score_is_what_the_command_line_finds_in_the_same_data_at_any_instant(database: Database) -> None:
    tell()
    agreement, data = hr.load(AGREEMENTS[0].strip() + "\n", file="made"), exported()
    for day in ("02T12:00", "03T10:00", "04T11:00", "06T10:00", "07T12:00", "14T10:00", "31T00:00"):
        told = lead_as_of(at(day), user_id="u7")
        (row,) = [
            row
            for row in hr.score(agreement, **data, at=moment(at(day))).to_pylist()
            if row["lead_id"] == told.id
        ]
        first = told.agreements[0]
        assert {name: getattr(first, name) for name in (*FIGURES, "mql_at")} == {
            name: row[name] for name in (*FIGURES, "mql_at")
        }


@pytest.mark.parametrize("day", ["02T12:00", "06T10:00", "20T10:00"])
def test_an_explanation_is_the_command_lines(database: Database, day: str) -> None:
    tell()
    agreement, data = hr.load(AGREEMENTS[0].strip() + "\n", file="made"), exported()
    lead = asked.lead_known_by({"user_id": "u7"}).root
    told = explained(lead, live_at(at(day))[0].agreement, at(day))
    same = hr.explain(agreement, lead=str(lead), **data, at=moment(at(day)))
    assert msgspec.json.encode(told) == msgspec.json.encode(same)


def test_a_lead_is_told_with_who_it_is_and_what_became_of_it(database: Database) -> None:
    tell()
    told = lead_as_of(at("08T00:00"), email=" ANN@acme.example")
    assert told.identifiers == [
        answers.Identified(kind="user_id", value="u7"),
        answers.Identified(kind="email", value="ann@acme.example"),
        answers.Identified(kind="anonymous_id", value="b1"),
        answers.Identified(kind="anonymous_id", value="b2"),
    ]
    assert told.attributes["job_title"] == "Chief of <Things>"
    assert told.company == answers.Company(id="acme", attributes={"employees": 80})
    crm, webinar = told.agreements
    assert (crm.agreement, crm.shadow, webinar.agreement, webinar.shadow) == ("crm", False, "webinar", True)
    (episode,) = crm.episodes
    assert (episode.ordinal, episode.begun_at, episode.hand_raise) == (1, crm.mql_at, False)
    assert crm.mql_at == moment(at("06T10:00"))
    assert {rule.rule for rule in episode.reasons.rules} == {"chief", "size", "pricing", "trial"}


def test_what_was_not_known_then_is_not_told_of_then(database: Database) -> None:
    tell()
    then = lead_as_of(at("03T12:00"), user_id="u7")
    assert "job_title" not in then.attributes
    assert then.company is None or then.company.id != "acme"
    assert all(not one.episodes for one in then.agreements if one.agreement == "crm")
    assert lead_as_of(BEGIN - 1, user_id="u7").agreements == []


def test_decay_goes_on_in_the_future(database: Database) -> None:
    tell()
    now, later = (
        lead_as_of(instant, user_id="u7").agreements[0].engagement
        for instant in (at("07T10:00"), at("14T10:00"))
    )
    assert 0 < later < now


def test_a_visitor_is_no_lead_yet_and_told_so(database: Database) -> None:
    tell()
    with pytest.raises(Answered) as refused:
        asked.lead_known_by({"anonymous_id": "b9"})
    assert refused.value.answer.status == 404
    assert "visitor" in json.loads(refused.value.answer.body)["message"]


def test_who_was_joined_is_answered_by_who_stands_for_them_until_it_is_undone(database: Database) -> None:
    clock = Clock(BEGIN)
    working = worker(clock)
    for number, who in enumerate(
        ({"anonymousId": "b1"}, {"userId": "u1"}, {"userId": "u1", "anonymousId": "b1"})
    ):
        send([{"type": "identify", "messageId": f"i{number}", **who}], BEGIN + number * DAY)
        clock.at = BEGIN + number * DAY
        working.settle()
    ((number, joined, root),) = query("SELECT id, joined_id, person_id FROM store_join")
    found = asked.lead_asked(str(joined))
    told = lead_at(found, (), clock.at)
    assert (told.id, told.joined_to) == (str(root), str(root))
    assert [member.id for member in told.members] == [str(joined)]
    (join,) = told.joins
    assert (join.id, join.joined, join.to, join.because.kind, join.undone_at) == (
        number, str(joined), str(root), "anonymous_id", None,
    )  # fmt: skip
    unjoin(number, by="somebody", now=clock.at + 1)
    apart = lead_at(asked.lead_asked(str(root)), (), clock.at)
    assert (apart.members, apart.joins[0].undone_at) == ([], moment(clock.at + 1))
    with pytest.raises(Answered, match="404"):
        asked.lead_asked(str(joined))


def test_pages_of_a_timeline_follow_one_another_without_a_gap(database: Database) -> None:
    tell()
    found = asked.lead_known_by({"user_id": "u7"})
    whole = timeline_at(found, at("08T00:00"), before=None, most=100)
    occurred = [each.occurred_at for each in whole.events]
    assert occurred == sorted(occurred, reverse=True)
    assert whole.next is None
    pages, before = [], None
    while True:
        page = timeline_at(found, at("08T00:00"), before=asked.mark_asked(before), most=2)
        pages += page.events
        before = page.next
        if before is None:
            break
    assert pages == list(whole.events)
    assert len(pages) == 5


def test_a_timeline_ends_where_it_is_asked_as_of(database: Database) -> None:
    tell()
    found = asked.lead_known_by({"user_id": "u7"})
    before_joining = timeline_at(found, at("03T12:00"), before=None, most=100)
    assert [each.event for each in before_joining.events if each.event == "Trial Started"] == []
    assert all(each.known_at <= moment(at("03T12:00")) for each in before_joining.events)
