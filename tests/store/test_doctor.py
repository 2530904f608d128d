"""What is stored is proven equal to what the events give; what is not is told with its cause."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.flows.causes import Cause
from handraiser.flows.examining import Examined, What, examine
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query
from tests.live.company import Clock, publish, send, worker
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, month
from tests.servers import Database

HOUR = DAY // 24
AGREEMENT = """agreement: crm
fit: {rules: [{rule: chief, when: lead.title = 'chief', points: 5}]}
engagement: {rules: [{rule: cart, event: Product Added, points: 10}]}
qualify: {mql: score >= 15}
"""


def doctor(*words: str) -> Any:
    return CliRunner().invoke(app, ["doctor", *words])


def said(examined: Examined) -> list[tuple[What, int, str | None]]:
    return [(each.what, each.lead, each.cause and each.cause.name) for each in examined.differences]


def identify(user: str, number: int, **more: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": f"i{number}", "userId": user} | more


def cart(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": f"c{number}", "event": "Product Added"} | more


def two_leads(clock: Clock) -> None:
    """Ann is an MQL, Ben has one cart and no title."""
    one = worker(clock)
    send([identify("ann", 1, traits={"title": "chief"}), identify("ben", 2)], clock.at)
    one.settle()
    clock.at += HOUR
    send([cart(1, userId="ann"), cart(2, userId="ben")], clock.at)
    one.settle()


def lead_of(value: str) -> int:
    of = "(SELECT person_id FROM store_identifier WHERE value = %s)"
    ((number,),) = query(f"SELECT root_id FROM store_person WHERE id = {of}", [value])
    return int(number)


def test_a_month_of_traffic_is_what_its_events_give(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish(AGREEMENTS, BEGIN)
    workers = [worker(clock), worker(clock)]
    for number, delivery in enumerate(month(seed=11, people=40, days=20)):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        workers[number % 2].turn()
    clock.at += DAY
    workers[0].settle()
    examined = examine(clock.at)
    assert {each.cause for each in examined.differences} <= {Cause.JOINED}, examined.differences
    assert examined.looked_at[What.STANDING] == 2 * examined.leads > 20
    assert examined.looked_at[What.EPISODE] > 10
    assert examined.looked_at[What.REASONS] > 5
    assert examined.looked_at[What.HITS] == examined.leads
    assert examined.arrivals[0] == examined.dirty[0] == 0


def test_all_is_well_with_nobody_there(stored: Database) -> None:
    done = doctor()
    assert done.exit_code == 0
    assert done.stdout == "0 leads computed anew.\nAll of it is what the events give.\n"


def test_a_score_that_was_changed_by_hand_is_not_explained_and_made_anew(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    assert said(examine(clock.at)) == []
    ann = lead_of("ann")
    stored.rows("UPDATE store_standing SET score = 99 WHERE lead_id = ?", [ann])
    assert said(examine(clock.at)) == [(What.STANDING, ann, None)]
    done = doctor("--repair")
    assert done.exit_code == 1
    assert "1 standing differs: not explained." in done.stdout
    assert (
        f"lead {ann} under crm: it is shown with a score of 99.0, qualified, and had a score of 15.0"
        in done.stdout
    )
    assert stored.one("SELECT count(*) FROM store_audit WHERE did = 'repaired'") == 1
    worker(clock).settle()
    assert said(examine(clock.at)) == []
    assert stored.one("SELECT count(*) FROM store_episode") == 1
    assert doctor().exit_code == 0


def test_an_episode_that_is_missing_is_found_and_told_to_sales_late(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    ann = lead_of("ann")
    ((begun_at,),) = query("SELECT begun_at FROM store_episode")
    for each in ("move", "alarm", "assignment", "deadline"):
        stored.rows(f"DELETE FROM store_{each}")
    stored.rows("DELETE FROM store_handoff")
    stored.rows("DELETE FROM store_episode")
    (difference,) = examine(clock.at).differences
    assert (difference.what, difference.lead, difference.cause) == (What.EPISODE, ann, None)
    assert doctor("--repair").exit_code == 1
    worker(clock).settle()
    assert query("SELECT lead_id, begun_at FROM store_episode") == [(ann, begun_at)]
    assert stored.one("SELECT count(*) FROM store_handoff WHERE handed_at IS NOT NULL") == 1


def test_an_episode_at_another_moment_is_not_explained_and_stays(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    stored.rows("UPDATE store_episode SET begun_at = begun_at - 7")
    assert said(examine(clock.at)) == [(What.EPISODE, lead_of("ann"), None)]
    assert doctor("--repair").exit_code == 1
    assert stored.one("SELECT count(*) FROM store_episode") == 1


def test_reasons_that_say_another_sum_are_not_explained(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    ((reasons,),) = query("SELECT reasons FROM store_episode")
    changed = reasons.replace('"score": 15.0', '"score": 16.0').replace('"score":15.0', '"score":16.0')
    assert changed != reasons
    stored.rows("UPDATE store_episode SET reasons = ?", [changed])
    assert said(examine(clock.at)) == [(What.REASONS, lead_of("ann"), None)]


@pytest.mark.parametrize("kept", [b"", b"no hits at all, but words", bytes(24)])
def test_remembered_hits_that_matching_does_not_find_are_dropped_and_kept_anew(
    stored: Database, kept: bytes
) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    ben = lead_of("ben")
    stored.rows("UPDATE store_kepthits SET hits = ? WHERE lead_id = ?", [kept, ben])
    assert said(examine(clock.at)) == [(What.HITS, ben, None)]
    assert doctor("--repair").exit_code == 1
    worker(clock).settle()
    assert said(examine(clock.at)) == []


def test_an_episode_of_an_earlier_version_is_explained(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    clock.at += HOUR
    publish([AGREEMENT.replace(">= 15", ">= 20")], clock.at)
    worker(clock).settle()
    assert said(examine(clock.at)) == [(What.EPISODE, lead_of("ann"), "EARLIER")]
    done = doctor()
    assert done.exit_code == 0
    assert "1 episode differs: it began under an earlier version of the agreement." in done.stdout


def test_an_episode_of_an_earlier_version_that_began_at_the_same_moment_is_no_difference(
    stored: Database,
) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    clock.at += HOUR
    publish([AGREEMENT.replace(">= 15", ">= 14")], clock.at)
    worker(clock).settle()
    assert said(examine(clock.at)) == []
    done = doctor()
    assert done.exit_code == 0
    assert "All of it is what the events give." in done.stdout
    assert "2 standings, 1 episode, 1 sum of an episode" in done.stdout


def test_other_sums_under_an_earlier_version_are_explained_and_invented_ones_are_not(
    stored: Database,
) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    two_leads(clock)
    clock.at += HOUR
    publish([AGREEMENT.replace("points: 5", "points: 6")], clock.at)
    worker(clock).settle()
    assert said(examine(clock.at)) == [(What.REASONS, lead_of("ann"), "EARLIER")]
    ((reasons,),) = query("SELECT reasons FROM store_episode")
    changed = reasons.replace('"score": 15.0', '"score": 17.0').replace('"score":15.0', '"score":17.0')
    stored.rows("UPDATE store_episode SET reasons = ?", [changed])
    assert said(examine(clock.at)) == [(What.REASONS, lead_of("ann"), None)]


def test_several_of_a_kind_are_called_as_people_call_them(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    one = worker(clock)
    send([identify(user, n, traits={"title": "chief"}) for n, user in enumerate(("ann", "ben"))], clock.at)
    send([cart(n, userId=user) for n, user in enumerate(("ann", "ben"))], clock.at + 1)
    clock.at += HOUR
    one.settle()
    told = "2 sets of remembered hits, 2 standings, 2 episodes, 2 sums of episodes"
    assert f"2 leads computed anew: {told}." in doctor().stdout


def test_what_waits_is_told_at_once(stored: Database) -> None:
    from handraiser.edge.running import now

    publish([AGREEMENT], BEGIN)
    send([identify("ann", 1)], now())
    assert "1 request waits for a worker, for less than a minute." in doctor().stdout


def test_episodes_of_two_who_turned_out_to_be_one_are_explained(stored: Database) -> None:
    clock = Clock(BEGIN)
    publish([AGREEMENT], BEGIN)
    one = worker(clock)
    send([identify("ann", 1, traits={"title": "chief"}), cart(1, userId="ann")], clock.at)
    mail = {"email": "ann@acme.example.com", "title": "chief"}
    send([{"type": "identify", "messageId": "m", "anonymousId": "b", "traits": mail}], clock.at)
    send([cart(3, anonymousId="b")], clock.at)
    one.settle()
    assert stored.one("SELECT count(*) FROM store_episode") == 2
    clock.at += HOUR
    send([identify("ann", 5, traits=mail)], clock.at)
    one.settle()
    assert {cause for _, _, cause in said(examine(clock.at))} == {"JOINED"}


def test_the_sums_of_an_episode_of_two_who_were_parted_again_are_explained(stored: Database) -> None:
    agreement = AGREEMENT.replace("points: 10", "points: 15")
    clock = Clock(BEGIN)
    publish([agreement], BEGIN)
    one = worker(clock)
    send([{"type": "identify", "messageId": "v", "anonymousId": "b", "traits": {"title": "chief"}}], clock.at)
    send([identify("ann", 1)], clock.at)
    one.settle()
    clock.at += HOUR
    send([{"type": "alias", "messageId": "a", "userId": "ann", "previousId": "b"}], clock.at)
    one.settle()
    clock.at += HOUR
    send([cart(1, userId="ann")], clock.at)
    one.settle()
    assert said(examine(clock.at)) == []
    clock.at += HOUR
    ((join,),) = query("SELECT id FROM store_join")
    unjoin(join, by="somebody", now=clock.at)
    one.settle()
    assert said(examine(clock.at)) == [(What.REASONS, lead_of("ann"), "JOINED")]
    assert doctor().exit_code == 0
    stored.rows("UPDATE store_standing SET score = 99")
    assert {(what, cause) for what, _, cause in said(examine(clock.at))} == {
        (What.STANDING, None),
        (What.REASONS, "JOINED"),
    }


def test_what_was_decided_before_a_name_got_texts_beside_numbers_is_explained(stored: Database) -> None:
    agreement = AGREEMENT.replace("lead.title = 'chief'", "lead.size < '10'")
    clock = Clock(BEGIN)
    publish([agreement], BEGIN)
    one = worker(clock)
    send([identify("ann", 1, traits={"size": 9}), cart(1, userId="ann")], clock.at)
    one.settle()
    assert said(examine(clock.at)) == []
    clock.at += HOUR
    send([{"type": "identify", "messageId": "v", "anonymousId": "x", "traits": {"size": "many"}}], clock.at)
    one.settle()
    found = said(examine(clock.at))
    assert found, "9 comes after 10 among texts"
    assert {cause for _, _, cause in found} == {"KINDS"}


def test_what_waits_for_a_worker_is_told(stored: Database) -> None:
    publish([AGREEMENT], BEGIN)
    send([identify("ann", 1)], BEGIN)
    stored.rows("INSERT INTO store_reject (reason, body, received_at) VALUES ('x', '', 0)")
    done = doctor()
    assert done.exit_code == 0
    assert "1 request waits for a worker" in done.stdout
    assert "crm should decide by now, and no worker has begun to." in done.stdout
    assert "1 item refused and kept with the reason: `handraiser rejects list` shows them" in done.stdout
