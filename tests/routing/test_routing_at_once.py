"""Several workers give leads away at once, each with a connection of its own: as fair as one alone."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from django.db import connection

from handraiser.flows.routing import Wanted
from handraiser.store.models import Alarm, Assignment, Member, Team
from tests.live.company import NOON, using
from tests.routing.sales_team import agreement_to, assigned, episodes, give_out, somebody, team_of, wanted
from tests.servers import Cluster

_MEMBERS = 5


def at_once(parts: Sequence[Sequence[Sequence[Wanted]]]) -> None:
    """Have each worker give its batches away, one after the other; all of them begin together."""
    failed: list[BaseException] = []
    start = threading.Barrier(len(parts))

    def work(batches: Sequence[Sequence[Wanted]]) -> None:
        try:
            start.wait()
            for batch in batches:
                give_out(batch)
        except BaseException as error:  # noqa: BLE001  told to the test below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


@pytest.fixture
def concurrent(cluster: Cluster) -> Iterator[None]:
    """A database that several write to at once; SQLite has one writer."""
    with using(cluster.database()):
        yield


def _shared(
    agreement_routes: Sequence[str], workers: int, batches: int, size: int
) -> list[list[list[Wanted]]]:
    agreement = agreement_to(*agreement_routes)
    some = wanted(agreement, episodes(workers * batches * size))
    pieces = [some[k * size : (k + 1) * size] for k in range(workers * batches)]
    return [pieces[k::workers] for k in range(workers)]


@pytest.mark.usefixtures("concurrent")
def test_equals_are_one_lead_apart_at_most_whoever_gives_them_away() -> None:
    team_of("emea", *[somebody(f"u{k}") for k in range(_MEMBERS)])
    at_once(_shared(["team emea"], workers=4, batches=12, size=7))
    got = assigned()
    assert sum(got.values()) == Assignment.objects.count() == 4 * 12 * 7
    assert max(got.values()) - min(got.values()) <= 1


@pytest.mark.usefixtures("concurrent")
def test_nobody_is_given_more_than_their_limit_by_all_together() -> None:
    team_of("emea", *[somebody(f"u{k}") for k in range(_MEMBERS)], per_day=10, per_30_days=12)
    at_once(_shared(["team emea"], workers=3, batches=10, size=3))
    assert assigned() == {f"u{k}": 10 for k in range(_MEMBERS)}
    assert Alarm.objects.filter(closed_at=None).count() == 3 * 10 * 3 - 50


@pytest.mark.usefixtures("concurrent")
def test_teams_that_several_want_in_different_orders_are_waited_for_by_nobody_for_ever() -> None:
    for name in ("emea", "apac"):
        team_of(name, *[somebody(f"{name}{k}") for k in range(2)], per_day=30)
    one = _shared(["team emea", "team apac"], workers=2, batches=10, size=3)
    other = _shared(["team apac", "team emea"], workers=2, batches=10, size=3)
    at_once([*one, *other])
    assert Counter(assigned().values()) == {30: 4}
    assert not Alarm.objects.exists()


@pytest.mark.usefixtures("concurrent")
def test_turns_go_on_from_where_all_together_came_to() -> None:
    team_of("emea", *[somebody(f"u{k}") for k in range(_MEMBERS)])
    at_once(_shared(["team emea"], workers=2, batches=5, size=3))
    turn = Team.objects.get().turn
    assert all(turn <= member.turn for member in Member.objects.all())
    found = give_out(wanted(agreement_to("team emea"), episodes(_MEMBERS)), NOON)
    assert len({each.owner for each in found}) == _MEMBERS
