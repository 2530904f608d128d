"""Programs give verdicts and read hand-offs over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from handraiser.edge.web.answering import Answered
from handraiser.edge.web.api.verdicts import TAKEN, body_of
from handraiser.flows import verdicts
from handraiser.flows.keys import make_key
from handraiser.lifecycle.saying import Act
from handraiser.store.models import Alarm, Audit, Handoff, Key, Outcome, User
from tests.live.company import emptied, using
from tests.servers import Database, Front, serving, sqlite_database
from tests.verdicts.office import Office

OLGA = "olga@made.example"


class Program(NamedTuple):
    """A program with keys, and the office whose leads it asks about."""

    front: Front
    office: Office
    keys: dict[str, str]

    @property
    def writes(self) -> str:
        """What the audit calls its key to write."""
        return f"key {Key.objects.get(scope='write').pk} crm"

    def ask(self, path: str, body: Any = None, *, key: str = "write") -> tuple[int, Any]:
        """Return the status and what is answered; with a body it is a POST."""
        connection = self.front.connect()
        headers = {"Authorization": f"Bearer {self.keys[key]}", "Content-Type": "application/json"}
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", f"/api/{path}", body=sent, headers=headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        return answer.status, told

    def say(self, episode: int, verdict: str, **said: Any) -> tuple[int, Any]:
        """Say something of an episode as Olga, or as somebody else."""
        return self.ask(f"episodes/{episode}/{verdict}", {"by": OLGA} | said)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Front, Database]]:
    """A web front over each database, one for all tests."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path_factory.mktemp("sqlite"))
    else:
        database = request.getfixturevalue("cluster").database()
    with serving(database) as front:
        yield front, database


@pytest.fixture
def program(served: tuple[Front, Database]) -> Iterator[Program]:
    """A program, and an office in which nothing has happened yet."""
    front, database = served
    with using(database):
        emptied()
        office = Office()
        keys = {scope: make_key(scope, name="crm", who="a test", now=1).text for scope in ("read", "write")}
        yield Program(front, office, keys)


def test_a_program_takes_a_lead_from_mql_to_customer(program: Program) -> None:
    episode = program.office.arrives()
    status, told = program.say(episode, "accept")
    assert (status, told["id"], told["stage"], told["owner"]) == (200, episode, "sal", OLGA)
    assert program.say(episode, "log", kind="call", note="left a message")[0] == 200
    assert program.say(episode, "sql", note="has budget")[1]["stage"] == "sql"
    said = {"amount": 1200, "expected_close": "2030-01-31"}
    assert program.say(episode, "opportunity", **said)[1]["moves"][-1]["details"] == {
        "amount": 1200.0, "currency": "EUR", "expected_close": "2030-01-31",
    }  # fmt: skip
    status, told = program.say(episode, "won")
    assert (told["stage"], told["moves"][-1]["details"]["amount"]) == ("customer", 1200.0)
    assert [each["kind"] for each in told["log"]] == ["call"]
    assert told["seconds_to_accept"] > 0
    assert told["contacted_at"] is not None
    assert program.ask(f"episodes/{episode}", key="read") == (200, told)
    lead = program.ask(f"leads/{told['lead_id']}", key="read")[1]
    assert lead["stage"] == "customer"
    (its,) = lead["agreements"][0]["episodes"]
    assert (its["id"], its["stage"], its["owner"]) == (episode, "customer", OLGA)
    assert its["ended_at"] == told["ended_at"]
    then = program.ask(f"leads/{told['lead_id']}?at=2026-03-03", key="read")[1]
    (its,) = then["agreements"][0]["episodes"]
    assert (then["stage"], its["stage"], its["ended_at"]) == ("mql", "mql", None)
    assert Audit.objects.filter(who=OLGA, details__through=program.writes).count() == 5


def test_a_verdict_sent_again_is_answered_with_the_same_state(program: Program) -> None:
    episode = program.office.arrives()
    once = program.say(episode, "recycle", reason="not_ready", rule="demo")
    assert once[0] == 200
    assert program.say(episode, "recycle", reason="not_ready", rule="demo") == once


def test_what_is_not_allowed_is_answered_with_what_is(program: Program) -> None:
    episode = program.office.arrives()
    program.say(episode, "sql")
    status, told = program.say(episode, "accept")
    assert (status, told["success"]) == (409, False)
    assert told["allowed"] == ["opportunity", "customer", "lost", "recycled", "disqualified", "merged"]
    assert told["message"].startswith("What is sql does not become sal")


def test_what_is_wrong_with_a_verdict_is_told_by_status_message_and_fix(program: Program) -> None:
    episode = program.office.arrives()

    def refused(verdict: str, **said: Any) -> tuple[int, str]:
        status, told = program.say(episode, verdict, **said)
        assert told["message"]
        return status, told["fix"]

    assert refused("recycle", reason="no_bugdet") == (400, "Did you mean `no_budget`?")
    assert refused("recycle", reason="not_ready", because="x")[0] == 400
    assert refused("accept", by="nobody@made.example")[0] == 400
    assert refused("sql", by="tom@made.example")[0] == 403
    assert refused("log", kind="call", at="2999-01-01")[0] == 400
    assert refused("log", kind="call", at="yesterday")[0] == 400
    assert refused("log") == (400, "It takes by (needed), kind (needed), at, note.")
    assert refused("undo")[0] == 403
    assert program.ask(f"episodes/{episode}/accept", b"{")[0] == 400
    assert program.ask(f"episodes/{episode}/accept", b'{"by": "\xff"}')[0] == 400
    assert program.ask(f"episodes/{episode}/acept", {"by": OLGA})[0] == 404
    assert program.say(4711, "accept")[0] == 404
    assert program.ask("episodes/4711", key="read")[0] == 404
    assert program.ask(f"episodes/{episode}/accept", {"by": OLGA}, key="read")[0] == 403
    assert Handoff.objects.get(pk=episode).stage == "mql"


def test_a_verdict_is_taken_back(program: Program) -> None:
    episode = program.office.arrives()
    program.say(episode, "lost", competitor="Rival Ltd")
    status, told = program.say(episode, "undo")
    assert (status, told["stage"], told["ended_at"]) == (200, "mql", None)
    taken = told["moves"][-3]
    assert (taken["was"], taken["became"], taken["undoes"]) == ("lost", "sql", told["moves"][-4]["id"])


def test_what_is_due_first_comes_first_page_by_page(program: Program) -> None:
    office = program.office
    office.live.later(1)
    ann, ben, cleo = (office.arrives(who) for who in ("ann", "ben", "cleo"))
    verdicts.lose(ann, by=OLGA, now=office.now)
    pages, after = [], ""
    while True:
        _, told = program.ask(f"handoffs?limit=1{after}", key="read")
        pages += [each["id"] for each in told["handoffs"]]
        if told["next"] is None:
            break
        after = f"&after={told['next']}"
    assert pages == [ben, cleo, ann]

    def listed(query: str) -> list[int]:
        status, told = program.ask(f"handoffs?{query}", key="read")
        assert status == 200
        return [each["id"] for each in told["handoffs"]]

    assert listed("open=true") == [ben, cleo]
    assert listed("open=false&stage=lost&agreement=crm") == [ann]
    office.give(cleo, None)
    assert listed("owner=") == [cleo]
    assert listed(f"owner={OLGA}&team=all") == [ben, ann]
    for wrong in ("stage=sold", "after=first", "opne=true", "open=perhaps"):
        assert program.ask(f"handoffs?{wrong}", key="read")[0] == 400
    assert program.ask("handoffs?agreement=crn", key="read")[0] == 404


def test_alarms_are_told_until_somebody_sees_to_them(program: Program) -> None:
    office = program.office
    episode = office.arrives(owner=None)
    Alarm.objects.filter(episode=episode).delete()
    Alarm.objects.create(episode_id=episode, kind="unassigned", why="nobody", opened_at=office.now)
    status, told = program.ask("alarms", key="read")
    assert (status, [each["episode"] for each in told["alarms"]], told["more"]) == (200, [episode], False)
    program.say(episode, "accept", by="sid@made.example")
    assert program.ask("alarms", key="read")[1]["alarms"] == []


def test_an_outcome_of_a_lead_with_an_open_episode_is_a_verdict_on_it(program: Program) -> None:
    episode = program.office.arrives()
    lead = program.ask(f"episodes/{episode}", key="read")[1]["lead_id"]
    said = {"stage": "opportunity", "agreement": "crm", "amount": 5}
    status, told = program.ask(f"leads/{lead}/outcomes", said)
    assert (status, told["episode"], told["skips"], told["by"]) == (200, episode, False, program.writes)
    moves = program.ask(f"episodes/{episode}", key="read")[1]["moves"]
    assert [(each["became"], each["inferred"]) for each in moves[1:]] == [
        ("sal", True), ("sql", True), ("opportunity", False),
    ]  # fmt: skip
    assert program.ask(f"leads/{lead}/outcomes", said) == (200, told)  # again
    status, told = program.ask(f"leads/{lead}/outcomes", {"stage": "accepted"})
    assert (status, told["allowed"][0]) == (409, "customer")


def test_an_outcome_of_a_lead_without_an_episode_is_kept_and_skips_the_mql(program: Program) -> None:
    office = program.office
    office.live.identify({"userId": "dan"}, email="dan@acme.example")
    lead = office.live.lead("user", "dan")
    status, told = program.ask(f"leads/{lead}/outcomes", {"stage": "customer", "at": "2026-03-01"})
    assert (status, told["episode"], told["skips"], told["at"]) == (200, None, True, "2026-03-01T00:00:00Z")
    assert program.ask(f"leads/{lead}", key="read")[1]["stage"] == "customer"
    again = program.ask(f"leads/{lead}/outcomes", {"stage": "customer", "at": "2026-03-01"})
    assert again == (status, told)
    assert Outcome.objects.count() == 1
    for wrong in (
        {"stage": "sold"},
        {"stage": "sql", "at": "2999-01-01"},
        {"stage": "sql", "agreement": "x"},
    ):
        assert program.ask(f"leads/{lead}/outcomes", wrong)[0] == 400
    assert program.ask(f"leads/{lead}/outcomes", {"stage": "sql", "by": "mara@made.example"})[0] == 403


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"by": "a@made.example", "amount": "x"}', "`amount` is text, not a number or null."),
        (b'{"by": 7}', "`by` is a whole number, not text."),
        (b"{}", "There is no `by`, which is needed."),
        (
            b'{"by": "a@made.example", "amuont": 1}',
            "`amuont` is no key that it takes. Did you mean `amount`?",
        ),
        (b"[]", "The body is a list, not an object."),
        (b'{"by" 1}', "The body is not JSON: it cannot be read from byte 7 on."),
        (b'{"by": ', "The body is not JSON: it ends too early."),
        (b'{"by": "\xff"}', "The body is not UTF-8."),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_words_that_name_the_key(body: bytes, says: str) -> None:
    with pytest.raises(Answered) as raised:
        body_of(body, TAKEN[Act.WON].body)
    told = json.loads(raised.value.answer.body)
    assert (raised.value.answer.status, told["message"]) == (400, says)
    assert told["fix"] == "It takes by (needed), amount, currency, note."


def test_a_program_speaks_for_users_who_are_there_and_for_nobody_else(program: Program) -> None:
    episode = program.office.arrives()
    status, told = program.ask(f"episodes/{episode}/accept", {"by": "nemo@made.example"})
    assert (status, told["message"]) == (400, "There is no user nemo@made.example.")
    program.office.live.later(1)
    User.objects.filter(email="tom@made.example").update(left_at=1)
    status, told = program.ask(f"episodes/{episode}/accept", {"by": "tom@made.example"})
    assert (status, told["message"]) == (400, "tom@made.example has left.")


def test_a_list_of_an_owner_whom_nobody_knows_is_404(program: Program) -> None:
    status, told = program.ask("handoffs?owner=olgo@made.example", key="read")
    assert (status, told["fix"]) == (404, "Did you mean olga@made.example?")


def test_a_program_says_that_a_machine_did_something(program: Program) -> None:
    program.office.arrives()
    lead = program.office.live.lead("user", "ann")
    (event,) = program.ask(f"leads/{lead}/events", key="read")[1]["events"]
    said = {"by": OLGA, "event_id": event["event_id"], "verdict": "machine"}
    status, told = program.ask(f"leads/{lead}/judgements", said)
    assert (status, told) == (200, event | {"verdict": "machine"})
    assert program.ask(f"leads/{lead}/judgements", said) == (200, told)  # a request may be sent again
    program.office.live.worker.settle()
    assert program.ask(f"leads/{lead}", key="read")[1]["agreements"][0]["score"] == 0
    assert program.ask(f"leads/{lead}/judgements", said | {"by": "vera@made.example"})[0] == 403
    assert program.ask(f"leads/{lead}/judgements", said | {"event_id": "none"})[0] == 404
    assert program.ask(f"leads/{lead}/judgements", said | {"verdict": "ghost"})[0] == 400
    assert Audit.objects.filter(did="judged an event").count() == 1


# ---- who a lead is, and what is kept of it


MARA = "mara@made.example"


def lead_of(episode: int) -> int:
    return int(Handoff.objects.get(pk=episode).episode.lead.root_id)


def test_two_leads_are_joined_and_parted(program: Program) -> None:
    ann, ben = (lead_of(program.office.arrives(who)) for who in ("ann", "ben"))
    assert program.ask(f"leads/{ann}/join", {"by": OLGA, "other": str(ben)})[0] == 403
    assert program.ask(f"leads/{ann}/join", {"by": MARA, "other": "nobody@acme.example"})[0] == 404
    status, told = program.ask(f"leads/{ann}/join", {"by": MARA, "other": "BEN@acme.example"})
    assert (status, told["lead"]["id"], told["join"]["because"]) == (
        200, str(ann), {"kind": "hand", "value": MARA},
    )  # fmt: skip
    assert program.ask(f"leads/{ben}")[1]["joined_to"] == str(ann)
    assert program.ask(f"leads/{ann}/join", {"by": MARA, "other": str(ben)})[0] == 409
    audit = Audit.objects.get(did="joined two leads")
    assert (audit.who, audit.details["through"]) == (MARA, program.writes)
    assert program.ask(f"joins/{told['join']['id']}/undo", {})[0] == 200
    assert program.ask(f"leads/{ben}")[1]["joined_to"] is None


def test_consent_is_kept_and_told_and_who_objects_is_not_scored(program: Program) -> None:
    episode = program.office.arrives()
    ann = lead_of(episode)
    path = f"leads/{ann}/consent"
    nothing = {"id": str(ann), "joined_to": None, "mail": None, "profiling": None, "said": []}
    assert program.ask(path, key="read") == (200, nothing)
    says = {"purpose": "profiling", "says": "objection", "source": "by phone", "at": "2026-03-02T08:00:00Z"}
    assert program.ask(path, says | {"by": OLGA})[0] == 403
    assert program.ask(path, says | {"by": MARA}, key="read")[0] == 403
    assert program.ask(path, says | {"by": MARA, "purpose": "fun"})[0] == 400
    assert program.ask(path, says | {"by": MARA, "at": "2126-01-01"})[0] == 400
    status, told = program.ask(path, says | {"by": MARA})
    assert (status, told["profiling"], told["mail"]) == (200, "objection", None)
    (kept,) = told["said"]
    assert (kept["by"], kept["source"], kept["at"], kept["message"]) == (
        MARA, "by phone", "2026-03-02T08:00:00Z", None,
    )  # fmt: skip
    assert program.ask(f"leads/{ann}")[1]["objects"] == ["profiling"]
    assert program.ask(f"episodes/{episode}")[1]["stage"] == "disqualified"
    assert program.ask(f"leads/{ann}/explanation")[0] == 409


def test_all_that_is_kept_is_handed_out_and_a_lead_is_forgotten(program: Program) -> None:
    ann, ben = (lead_of(program.office.arrives(who)) for who in ("ann", "ben"))
    status, told = program.ask(f"leads/{ann}/everything", key="read")
    assert (status, told["lead"]["id"], len(told["episodes"])) == (200, str(ann), 1)
    assert [each["event"] for each in told["events"]] == ["Demo Requested"]
    path = f"leads/{ann}/erase"
    assert program.ask(path, {"by": "max@made.example", "lead": str(ann)})[0] == 403
    assert program.ask(path, {"by": MARA, "lead": str(ben)})[0] == 409
    assert program.ask(path, {"by": MARA})[0] == 400
    assert program.ask(f"leads/{ann}")[0] == 200
    status, told = program.ask(path, {"by": MARA, "lead": "ann@acme.example"})
    assert (status, told) == (200, {"success": True, "id": str(ann), "people": 1, "messages": 2})
    assert program.ask(f"leads/{ann}")[0] == 404
    assert program.ask(path, {"by": MARA, "lead": str(ann)})[0] == 404
    audit = Audit.objects.get(did="erased")
    assert (audit.who, audit.details["through"]) == (MARA, program.writes)
