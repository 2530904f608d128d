"""Somebody says that two leads are one: what is of whom then, and again when they are two after all?"""

from __future__ import annotations

import pytest

from handraiser.errors import Mistakes
from handraiser.flows.examining import examine
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.joining import join
from handraiser.flows.supposing import supposed
from handraiser.flows.unjoin import unjoin
from handraiser.store.models import Audit, Handoff, Join, Person
from tests.handing.test_mqls_with_sales import ANN, SALES, team
from tests.live.company import SECOND, Live
from tests.servers import Database

BOB = {"userId": "bob"}
MARKETING = "m@made.example"
ADDED = SALES.replace("score >= 10", "score >= 30")


def two(live: Live) -> tuple[int, int]:
    """Have two leads, who each read papers and give an address of another company."""
    for who, papers in ((ANN, 2), (BOB, 1)):
        live.identify(who, email=f"{who['userId']}@{who['userId']}.example", name=who["userId"].title())
        for _ in range(papers):
            live.track(who, "Content Downloaded")
    return live.lead("user", "ann"), live.lead("user", "bob")


def test_two_are_one_and_two_again_and_no_message_joins_them_then(database: Database) -> None:
    live = Live(ADDED)
    team("small", "lee@made.example")
    ann, bob = two(live)
    made = join(ann, bob, by=MARKETING, now=live.clock.at)
    live.later(SECOND)
    live.worker.settle()
    assert (live.lead("user", "bob"), live.score(ann), live.score(bob)) == (ann, 30, None)
    assert [each.lead_id for each in live.episodes()] == [ann]
    assert examine(live.clock.at).differences == []
    live.later(SECOND)
    unjoin(made, by=MARKETING, now=live.clock.at)
    live.worker.settle()
    assert (live.lead("user", "bob"), live.score(ann), live.score(bob)) == (bob, 20, 10)
    live.hear({"type": "alias", "previousId": "bob", "userId": "ann"})
    live.hear({"type": "alias", "previousId": "ann", "userId": "bob"})
    assert (live.lead("user", "ann"), live.lead("user", "bob")) == (ann, bob)
    assert examine_sales(live.clock.at) == []
    said = [(each.who, each.did, each.subject) for each in Audit.objects.order_by("id")]
    assert said == [
        (MARKETING, "joined two leads", f"lead {ann}"), (MARKETING, "unjoin", f"lead {ann}"),
    ]  # fmt: skip


def test_of_two_open_episodes_one_goes_on_and_the_other_goes_on_again(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    ann, bob = two(live)
    made = join(bob, ann, by=MARKETING, now=live.clock.at)
    live.later(SECOND)
    live.worker.settle()
    stages = dict(Handoff.objects.values_list("episode__lead", "stage"))
    assert stages == {ann: "mql", bob: "merged"}  # Ann's began first, though Bob stands for both
    assert examine_sales(live.clock.at) == []
    unjoin(made, by=MARKETING, now=live.clock.at)
    live.worker.settle()
    assert set(Handoff.objects.values_list("stage", flat=True)) == {"mql"}
    assert examine_sales(live.clock.at) == []


def test_what_is_supposed_leaves_nothing(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    ann, bob = two(live)
    with supposed():
        join(ann, bob, by=MARKETING, now=live.clock.at)
        assert Person.objects.get(pk=bob).root_id == ann
        assert Handoff.objects.filter(stage="merged").exists()
    assert Person.objects.get(pk=bob).root_id == bob
    assert not Join.objects.exists()
    assert not Audit.objects.exists()
    assert set(Handoff.objects.values_list("stage", flat=True)) == {"mql"}


def test_what_cannot_be_joined_is_said_to_be_so(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    ann, bob = two(live)
    live.track({"anonymousId": "b"}, "Page Viewed")
    visitor = live.lead("anonymous", "b")
    for lead, other, by, code in (
        (ann, ann, MARKETING, "HR861"), (ann, visitor, MARKETING, "HR840"),
        (999, bob, MARKETING, "HR840"), (ann, bob, lee.email, "HR844"),
    ):  # fmt: skip
        with pytest.raises(Mistakes) as told_so:
            join(lead, other, by=by, now=live.clock.at)
        assert told_so.value.diagnostics[0].code == code
    join(ann, bob, by=MARKETING, now=live.clock.at)
    with pytest.raises(Mistakes, match="one with lead"):
        join(bob, ann, by=MARKETING, now=live.clock.at)
