"""What is said in a message, and can everybody read it?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.handoff.messages import KINDS, Happened, Lead, Someone, body, lead_of, told, told_of_mql
from handraiser.handoff.sentences import SENTENCES
from tests.outbox.told import HOUR, NOON, Deadline, about, agreement


def reasons(*rules: dict[str, Any], **sums: Any) -> dict[str, Any]:
    return {"score": 50.0, "fit": 10.0, "engagement": 40.0, "grade": None} | sums | {"rules": list(rules)}


def test_three_lines_say_why_somebody_is_an_mql() -> None:
    assert told_of_mql(about())["why"] == [
        "Score 62.5 (it takes over 40): fit 30, engagement 32.5.",
        "Who they are: 50 to 500 employees +15, seniority +15.",
        "What they did: whitepaper +20, Pricing page 3 times +12.5.",
    ]


def test_what_speaks_against_somebody_is_never_left_out() -> None:
    many = [{"rule": f"rule_{k}", "points": 9.0 - k, "count": 1} for k in range(6)]
    lines = told_of_mql(about(reasons=reasons(*many, {"rule": "gone_quiet", "points": -10.0})))["why"]
    assert lines[2].endswith("rule 3 +6, 2 more and gone quiet −10.")


def test_a_hand_raise_says_what_was_asked_for() -> None:
    asked = {"rule": "demo_request", "points": 40.0, "count": 1}
    data = told_of_mql(about(hand_raise=True, reasons=reasons(asked, grade="B")))
    assert data["text"] == "Ann Field of Acme asks for sales."
    assert data["why"][0] == "Asked for sales: demo request. Score 50: fit 10, grade B; engagement 40."
    assert data["why"][1] == "Who they are: nothing of it counts."


def test_a_bound_that_is_not_plain_is_not_named() -> None:
    either = agreement(**{"fit >= 10 and score > 40": "fit >= 10 or score > 40"})
    assert told_of_mql(about(agreement=either))["why"][0].startswith("Score 62.5: fit")
    turned = agreement(**{"fit >= 10 and score > 40": "40 <= score and fit >= 10"})
    assert "(it takes 40 or more)" in told_of_mql(about(agreement=turned))["why"][0]


def test_what_to_say_is_what_the_strongest_rules_say() -> None:
    assert told_of_mql(about())["talk"] == ["Ask who runs the roll-out.", "They are of our size."]


def test_what_comes_next_is_told_in_the_owners_zone_and_in_utc() -> None:
    data = told_of_mql(about(zone="America/New_York"))
    assert data["next"] == {
        "do": "accept",
        "text": "Accept Ann Field of Acme by Monday 2 March, 11:00 (America/New_York).",
        "commands": ["handraiser episode accept 5 --by sam@ours.example"],
        "due_at": "2026-03-02T16:00:00Z",
        "due": "Monday 2 March, 11:00 (America/New_York)",
        "timezone": "America/New_York",
    }
    assert data["due"] == [
        {"do": "accept", "due_at": "2026-03-02T16:00:00Z"},
        {"do": "call", "due_at": "2026-03-02T20:00:00Z"},
    ]


def test_without_a_zone_of_the_owner_it_is_the_agreements() -> None:
    assert told_of_mql(about())["next"]["due"] == "Monday 2 March, 17:00 (Europe/Berlin)"


def test_where_nothing_is_promised_somebody_has_to_accept_all_the_same() -> None:
    data = told_of_mql(about(dues=(Deadline("expire", NOON + HOUR),)))
    assert (data["next"]["do"], data["next"]["due_at"], data["due"]) == ("accept", None, [])


def test_what_sales_has_taken_before_it_was_found_is_not_to_be_accepted() -> None:
    data = told_of_mql(about(stage="sal", dues=(Deadline("contact", NOON + HOUR),)))
    assert data["text"] == "Ann Field of Acme is an MQL. Sales was quicker: it is sal already."
    assert (data["next"]["do"], [each["do"] for each in data["due"]]) == ("contact", ["contact"])
    over = told_of_mql(about(stage="customer", dues=()))
    assert (over["next"], over["due"]) == (None, [])


def test_a_step_of_your_own_is_called_by_its_name() -> None:
    data = told_of_mql(about(dues=(Deadline("follow_up", NOON + HOUR, step=1),)))
    assert data["next"]["text"].startswith("Send offer: Ann Field of Acme by Monday 2 March, 14:00")


def test_a_second_time_is_called_one() -> None:
    assert told_of_mql(about(ordinal=2))["text"] == "Ann Field of Acme is an MQL, for the 2nd time."
    assert told_of_mql(about(ordinal=11))["text"].endswith("for the 11th time.")


def test_a_reminder_says_until_when_not_when_it_was_sent() -> None:
    reminder = Deadline("accept", NOON + 2 * HOUR, act="remind")
    data = told("lead.reminder", about(), Happened(NOON + 2 * HOUR, due=reminder, share=0.5))
    assert data["text"] == (
        "Accept Ann Field of Acme by Monday 2 March, 17:00 (Europe/Berlin): 50 % of the time is over."
    )
    assert data["promise"] == {"do": "accept", "due_at": "2026-03-02T16:00:00Z", "share": 0.5}


def test_a_broken_promise_says_whose_it_is() -> None:
    due = Deadline("accept", NOON + 4 * HOUR)
    for kind in ("lead.due", "lead.escalated"):
        assert told(kind, about(), Happened(NOON, due=due))["text"] == (
            "Ann Field of Acme should have been accepted by Monday 2 March, 17:00 (Europe/Berlin), "
            "and is Sam's."
        )
    assert told("lead.due", about(owner=None), Happened(NOON, due=due))["text"].endswith("and is nobody's.")


SAID = {
    "lead.assigned": "Ann Field of Acme is Sam's now, not bo@ours.example's any more: not_ready.",
    "lead.unassigned": "Ann Field of Acme is nobody's: not_ready.",
    "lead.accepted": "Ann Field of Acme was accepted by eve@ours.example: not ready.",
    "lead.contacted": "First contact with Ann Field of Acme (call) by eve@ours.example.",
    "lead.paused": "Ann Field of Acme was put on hold by eve@ours.example: not ready.",
    "lead.resumed": "Ann Field of Acme was taken off hold by eve@ours.example: not ready.",
    "lead.recycled": "Ann Field of Acme was sent back to marketing by eve@ours.example: not ready.",
    "lead.disqualified": "Ann Field of Acme was disqualified by eve@ours.example: not ready.",
    "lead.sql": "Ann Field of Acme is a sales qualified lead, says eve@ours.example: not ready.",
    "lead.opportunity": "Ann Field of Acme is an opportunity of 1200 EUR, expected to close on 2026-05-01, "
    "says eve@ours.example: not ready.",
    "lead.customer": "Ann Field of Acme is a customer of 1200 EUR, says eve@ours.example: not ready.",
    "lead.lost": "Ann Field of Acme was lost to Rival, says eve@ours.example: not ready.",
    "lead.expired": "Ann Field of Acme got no verdict in time, and expired.",
    "lead.reopened": "Ann Field of Acme was opened again by eve@ours.example: not ready.",
    "lead.merged": "Ann Field of Acme turned out to be one with lead 9, which goes on.",
    "lead.undone": "Ann Field of Acme: bo@ours.example was taken back by eve@ours.example; "
    "the lead is mql again.",
}
HAPPENED = Happened(
    NOON, "eve@ours.example", "not_ready", "a note", Deadline("accept", NOON), 1.0, "bo@ours.example", "mql",
    "call", 9, 1200.0, "EUR", "2026-05-01", "Rival",
)  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_each_kind_has_its_sentence(kind: str) -> None:
    assert told(kind, about(), HAPPENED)["text"] == SAID[kind]


def test_nobody_is_named_where_nobody_decided() -> None:
    said = told("lead.recycled", about(), Happened(NOON, "handraiser", "expired"))["text"]
    assert said == "Ann Field of Acme was sent back to marketing: expired."


def test_every_kind_has_a_message() -> None:
    assert set(KINDS) == {"lead.mql", "lead.reminder", "lead.due", "lead.escalated", "lead.erased", *SAID}


def test_what_there_is_nothing_to_say_of_is_left_out() -> None:
    data = told("lead.accepted", about(), Happened(NOON, by="eve@ours.example"))
    assert data["by"] == "eve@ours.example"
    assert not {"amount", "note", "into", "promise", "next", "competitor"} & set(data)


def test_whoever_takes_a_lead_over_is_told_why_it_is_one_and_what_to_do() -> None:
    data = told("lead.assigned", about(), Happened(NOON))
    assert data["why"] == told_of_mql(about())["why"]
    assert data["next"] == told_of_mql(about())["next"]


def test_a_message_says_what_it_is_and_when_it_happened() -> None:
    assert body("lead.mql", NOON, {"text": "x"}) == {
        "type": "lead.mql", "timestamp": "2026-03-02T12:00:00Z", "data": {"text": "x"},
    }  # fmt: skip


def test_a_lead_is_called_by_what_is_known_of_it() -> None:
    assert lead_of(1, {"first_name": "Ann", "last_name": "Field"}, {}).name == "Ann Field"
    assert lead_of(1, {"title": "VP", "company": "Acme"}, {"name": None})[3:] == ("VP", "Acme")
    assert told_of_mql(about(lead=Lead(9)))["text"] == "Lead 9 is an MQL."
    assert told_of_mql(about(lead=Lead(9, email="a@b.example")))["text"] == "a@b.example is an MQL."


TEXTS = st.text(max_size=300) | st.text(alphabet="\r\n\x00\u2028x:", max_size=50)


@given(name=TEXTS, company=TEXTS, owner=TEXTS, why=TEXTS)
def test_whatever_somebody_calls_themselves_it_stays_in_its_line(
    name: str, company: str, owner: str, why: str
) -> None:
    odd = about(lead=Lead(17, name, name, name, company), owner=Someone("sam@ours.example", owner))
    for kind in SAID:
        data = told(kind, odd, HAPPENED._replace(why=why, was=name, competitor=company))
        assert len(data["text"].splitlines()) == 1
        assert "\x00" not in data["text"]


def test_no_message_has_as_much_as_20_kb() -> None:
    long = "𐍈" * 5_000
    rules = [{"rule": "x" * 100, "points": 1.0, "count": 1} for _ in range(500)]
    steps = tuple(Deadline("follow_up", NOON, step=k % 2) for k in range(500))
    odd = about(
        lead=Lead(17, long, long, long, long), owner=Someone("sam@ours.example", long),
        reasons=reasons(*rules), dues=steps, agreement=agreement(**{"Ask who": long, "Pricing page": long}),
    )  # fmt: skip
    happened = Happened(
        NOON, long, long, long, steps[0], 1.0, long, long, long, 1, 1.0, long, long, long
    )  # fmt: skip
    for kind in SENTENCES:
        assert len(msgspec.json.encode(body(kind, NOON, told(kind, odd, happened)))) < 20_000


def test_nor_has_one_of_an_agreement_whose_rules_and_steps_have_very_long_names() -> None:
    long = "x" * 2_000
    signed = agreement()
    rules = tuple(msgspec.structs.replace(signed.engagement.rules[0], name=f"r{k}{long}") for k in range(12))
    steps = tuple(msgspec.structs.replace(each, do=long) for each in signed.handoff.follow_up)
    signed = msgspec.structs.replace(
        signed, engagement=msgspec.structs.replace(signed.engagement, rules=rules),
        handoff=msgspec.structs.replace(signed.handoff, follow_up=steps),
    )  # fmt: skip
    gave = [{"rule": each.name, "points": 1.0, "count": 1} for each in rules]
    owed = tuple(Deadline("follow_up", NOON, step=k % 2) for k in range(12))
    odd = about(reasons=reasons(*gave), dues=owed, agreement=signed, team=long)
    happened = Happened(NOON, due=owed[0])
    for kind in SENTENCES:
        data = told(kind, odd, happened)
        assert len(msgspec.json.encode(body(kind, NOON, data))) < 20_000
