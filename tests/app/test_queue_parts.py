"""What a queue shows of each MQL, and what it answers who asks again and again: without a browser."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from handraiser.flows import logging_work, verdicts
from handraiser.flows.due import keep_due
from handraiser.store.models import Deadline, Episode, Handoff, Publication, Team, User
from tests.app.desks import AGREEMENT, now
from tests.app.visitors import App, Visitor
from tests.live.company import Clock, publish, send, using, worker


class Desk(NamedTuple):
    """Somebody of sales who has leads, asked for what they see."""

    app: App
    address: str
    visitor: Visitor
    episodes: list[int]

    def row(self, episode: int, path: str = "/queue") -> str:
        """Return what is shown of an MQL; empty where it is not among what is shown."""
        found = re.search(rf'id="episode-{episode}".*?</li>', self.visitor.get(path).text, re.DOTALL)
        return found[0] if found else ""

    def shown(self, path: str) -> list[int]:
        """Return which MQLs are shown."""
        return [int(number) for number in re.findall(r'id="episode-(\d+)"', self.visitor.get(path).text)]

    def again(self, path: str) -> str:
        """Return where a page asks again for what it shows."""
        found = re.search(r'hx-get="(/queue/rows[^"]*)"', self.visitor.get(path).text)
        assert found is not None
        return found[1].replace("&amp;", "&")

    def says(self, row: str) -> set[str]:
        """Return the verbs that a row has buttons for, apart from those under More."""
        return set(re.findall(r'data-act="(\w+)"', row.partition("<details")[0]))


@pytest.fixture(scope="module")
def desk(app: App) -> Desk:
    """A desk with four MQLs."""
    address, visitor = app.signed_in("sales")
    with using(app.database):
        if not Publication.objects.filter(name="web").exists():
            publish([AGREEMENT], now())
        team, _ = Team.objects.get_or_create(name="web")
        team.members.create(user=User.objects.get(email=address))
        for who in ("ann", "ben", "cho", "dan"):
            send(
                [{"type": "identify", "userId": who, "messageId": f"i{who}", "traits": {"name": who}}], now()
            )
            did = {"type": "track", "event": "Content Downloaded", "userId": who, "messageId": f"t{who}"}
            send([did], now())
        worker(Clock(now() + 1_000_000)).settle()
        episodes = list(Episode.objects.order_by("pk").values_list("pk", flat=True))
    return Desk(app, address, visitor, episodes)


def test_what_is_expected_at_a_stage_is_offered_and_the_rest_is_under_more(desk: Desk) -> None:
    of, by = desk.episodes[0], {"by": desk.address}
    assert desk.says(desk.row(of)) == {"accept", "log", "recycle"}
    more = desk.row(of).partition("<details")[2]
    assert "Without the stages between" in more
    assert more.index('data-act="disqualify"') < more.index("Without the stages") < more.index('act="won"')
    with using(desk.app.database):
        verdicts.qualify_sales(of, now=now(), **by)
    assert desk.says(desk.row(of)) == {"opportunity", "log", "lost"}
    with using(desk.app.database):
        verdicts.open_opportunity(of, now=now(), expected_close="2027-01-31", **by)
    row = desk.row(of)
    assert desk.says(row) == {"won", "log", "lost"}
    assert "expected to close 2027-01-31" in row
    assert "opportunity since" in row


def test_going_on_is_offered_where_something_waits_and_waiting_where_nothing_does(desk: Desk) -> None:
    of, by = desk.episodes[1], {"by": desk.address}
    assert ("Wait for the lead" in desk.row(of), "Go on" in desk.row(of)) == (True, False)
    with using(desk.app.database):
        logging_work.pause(of, why="their <b>board</b>", now=now(), **by)
    row = desk.row(of)
    assert ("Wait for the lead" in row, "Go on" in row) == (False, True)
    assert "waits for: their &lt;b&gt;board&lt;/b&gt;" in row
    assert "stand still since" in row
    with using(desk.app.database):
        lead = Episode.objects.get(pk=of).lead_id
        assert "Go on" in desk.visitor.get(f"/leads/{lead}").text
        logging_work.resume(of, now=now(), **by)


def test_a_queue_is_of_one_stage_where_one_is_chosen(desk: Desk) -> None:
    of = desk.episodes[2]
    with using(desk.app.database):
        verdicts.accept(of, by=desk.address, now=now())
    assert desk.shown("/queue?stage=sal") == [of]
    assert of in desk.shown("/queue")
    assert of not in desk.shown("/queue?stage=mql")
    assert desk.shown(desk.again("/queue?stage=sal").partition("&seen=")[0]) == [of]
    assert desk.shown("/queue?stage=never") == desk.shown("/queue")
    assert "Show every stage" in desk.visitor.get("/queue?stage=sql").text


def test_who_asks_again_is_answered_with_nothing_until_something_has_happened(desk: Desk) -> None:
    asked = desk.again("/queue")
    assert desk.visitor.get(asked).status == 204
    head, _, seen = asked.partition("seen=")
    old = f"{head}seen={seen[:8]}{int(seen[8:], 16) - 61:08x}"
    assert desk.visitor.get(old).status == 200  # somebody may be called otherwise by now
    assert desk.visitor.get(f"{head}seen=nothing").status == 200
    with using(desk.app.database):
        Deadline.objects.filter(episode=desk.episodes[3], act="due", kind="accept").update(due_at=1)
        keep_due([desk.episodes[3]])
    answer = desk.visitor.get(asked)
    assert (answer.status, "episode-" in answer.text) == (200, True)
    assert desk.shown("/queue")[0] == desk.episodes[3]


def test_behind_fifty_there_is_more_and_it_stays_that_page(desk: Desk) -> None:
    with using(desk.app.database):
        first = Handoff.objects.get(pk=desk.episodes[3])
        for ordinal in range(2, 62):
            made = Episode.objects.get(pk=desk.episodes[3])
            made.pk, made.ordinal = None, ordinal
            made.save()
            first.pk, first.due_at = made.pk, None if ordinal > 50 else 2 + ordinal // 9
            first.save(force_insert=True)
    whole = desk.shown("/queue")
    assert len(whole) == 50
    found = re.search(r'href="(/queue\?[^"]*after=[^"]*)"', desk.visitor.get("/queue").text)
    assert found is not None
    behind = found[1].replace("&amp;", "&")
    rest = desk.shown(behind)
    assert (len(whole) + len(rest), set(whole) & set(rest)) == (64, set())
    assert "Back to the first" in desk.visitor.get(behind).text
    assert desk.visitor.get(desk.again(behind)).status == 204
    assert desk.shown(desk.again(behind).partition("&seen=")[0]) == rest


def test_who_has_it_is_not_among_those_to_whom_it_is_given(desk: Desk) -> None:
    form = desk.visitor.get(f"/episodes/{desk.episodes[2]}/assign").text
    assert desk.address not in form


def test_by_the_api_all_are_listed_page_by_page_those_too_of_which_nothing_is_due(desk: Desk) -> None:
    with using(desk.app.database):
        from handraiser.edge.web.api.handoffs import handoffs_after, place_asked

        whole = handoffs_after(
            None, most=100, owner=None, team=None, stage=None, is_open=None, agreement=None
        ).handoffs
        paged, after = [], None
        while True:
            page = handoffs_after(
                place_asked(after), most=7, owner=None, team=None, stage=None, is_open=None, agreement=None
            )
            paged += [each.id for each in page.handoffs]
            if page.next is None:
                break
            after = page.next
    assert paged == [each.id for each in whole]
    due = [each.due_at for each in whole if each.due_at]
    assert due == sorted(due)
    assert [each.due_at for each in whole[len(due) :]] == [None] * (len(whole) - len(due))
