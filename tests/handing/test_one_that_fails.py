"""One hand-off cannot go on, by a mistake of ours: do all others, and does anybody hear of it?"""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from handraiser.agreement import load
from handraiser.flows.apart import apart
from handraiser.flows.firing import fire
from handraiser.flows.publishing import publish as publish_it
from handraiser.flows.reassigning import place_unassigned
from handraiser.flows.timeoff import hand_over
from handraiser.store.models import Deadline, Handoff, Team, TimeOff
from tests.handing.test_from_history import at, signatures
from tests.handing.test_mqls_with_sales import SALES, team
from tests.live.company import DAY, HOUR, SECOND, Live
from tests.servers import Database

_NO_ROUTE = [99]  # of an agreement that has two
_LAST_ROUND = 2**31 - 1  # after which PostgreSQL has no room for another


def mqls(live: Live, count: int) -> list[Handoff]:
    """Have some be MQLs, the first handed off first."""
    for k in range(count):
        who = {"userId": f"u{k}"}
        live.identify(who)
        live.track(who, "Content Downloaded")
    return list(Handoff.objects.order_by("pk"))


def owners() -> list[str | None]:
    found = Handoff.objects.order_by("pk").values_list("owner__email", flat=True)
    return [None if each is None else each.partition("@")[0] for each in found]


def somebody_else() -> None:
    """Have max be in the team, too."""
    (max_,) = team("other", "max@made.example")
    Team.objects.get(name="small").members.create(user=max_)


def break_it(handoff: Handoff, database: Database) -> None:
    """Have a hand-off be as none should be: on PostgreSQL it is the database that does not take it."""
    if database.vendor == "postgresql":
        Handoff.objects.filter(pk=handoff.pk).update(round=_LAST_ROUND)
    else:
        Handoff.objects.filter(pk=handoff.pk).update(routes=_NO_ROUTE)


def test_what_is_whose_who_is_away_is_handed_over_but_for_what_cannot_be(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    broken, *_ = mqls(live, 3)
    break_it(broken, database)
    somebody_else()
    now = live.clock.at
    TimeOff.objects.create(user=lee, begins_at=now, ends_at=now + DAY, created_at=0)
    assert (hand_over(now), hand_over(now)) == (1, 0)
    assert owners() == ["lee", "max", "max"]
    assert f"Episode {broken.pk} cannot be handed over, and stays lee@made.example's" in caplog.text
    assert "Traceback" in caplog.text


def test_who_can_be_found_is_found_though_for_one_nobody_can(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(SALES)
    broken, *_ = mqls(live, 3)
    assert owners() == [None] * 3
    break_it(broken, database)
    team("small", "lee@made.example")
    assert place_unassigned(live.clock.at).went == 2
    assert owners() == [None, "lee", "lee"]
    assert f"Episode {broken.pk} stays nobody's" in caplog.text


def test_what_is_due_happens_but_for_what_cannot_and_that_is_tried_in_an_hour(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    broken, *_ = mqls(live, 3)
    break_it(broken, database)
    somebody_else()
    live.later(7 * HOUR)  # 150 % of the time to accept are over
    fire(live.clock.at)
    assert owners() == ["lee", "max", "max"]
    assert f"Episode {broken.pk}: what is due cannot happen" in caplog.text
    again = Deadline.objects.get(episode=broken.pk, to="reassign", kind="accept", done_at=None)
    assert again.due_at == live.clock.at + HOUR


def test_what_was_history_is_handed_off_but_for_what_cannot_be_and_nobody_else_waits(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(SALES)
    live.track({"userId": "u9"}, "Content Downloaded")  # nobody's: there is no team yet
    items = [
        {"type": "track", "event": "Content Downloaded", "userId": f"u{k}", "timestamp": at(live, 2)}
        for k in range(3)
    ]
    live.hear(*items, imported=True)
    history = list(Handoff.objects.filter(handed_at=None).order_by("pk"))
    broken = history[1]
    Handoff.objects.filter(pk=broken.pk).update(routes=_NO_ROUTE)
    team("small", "lee@made.example")
    live.later(SECOND)
    publish_it(
        load(SALES.replace("score >= 10", "score >= 9").strip(), file="made"), signed=signatures(),
        live_from=None, shadow=False, who="test", now=live.clock.at, hand_off=True,
    )  # fmt: skip
    live.worker.settle()
    assert owners() == ["lee", *(None if each == broken else "lee" for each in history)]
    assert f"Episode {broken.pk} cannot be handed off, and stays history" in caplog.text


def test_what_cannot_even_begin_is_no_matter_of_one(database: Database) -> None:
    def stops(*_: object) -> None:
        raise ValueError("nothing is begun")

    with (
        transaction.atomic(),
        connection.execute_wrapper(stops),
        pytest.raises(ValueError, match="begun"),
        apart("One cannot be done."),
    ):
        pass
