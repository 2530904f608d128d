"""The read API as programs use it: through a real server, with a key, over both databases."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handraiser.edge.database import set_up
from handraiser.edge.settings import database as database_settings
from servers import Database, Front, serving, sqlite_database
from tests.live.story import SCRIPT, tell


class Asking(NamedTuple):
    """A web front over the story, and keys for it by their scopes."""

    front: Front
    database: Database
    keys: dict[str, str]

    def ask(
        self, path: str, *, key: str | None = "read", method: str = "GET"
    ) -> tuple[int, Any, dict[str, str]]:
        """Return status, what the JSON says, and headers."""
        connection = self.front.connect()
        shown = {} if key is None else {"Authorization": f"Bearer {self.keys.get(key, key)}"}
        connection.request(method, path, headers=shown)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        connection.close()
        return (
            answer.status,
            json.loads(body or b"null") if "json" in headers["content-type"] else body.decode(),
            headers,
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """The story, told to a database of each kind, with a web front over it."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path_factory.mktemp("story"))
    else:
        database = request.getfixturevalue("cluster").database()
    keys = told_to(database)
    with serving(database) as front:
        yield Asking(front, database, keys)


def told_to(database: Database) -> dict[str, str]:
    """Have the story happen in a database; return a key of each scope."""
    set_up()
    from django.db import connections

    from handraiser.flows.keys import make_key

    connections["default"].close()
    connections.databases["default"] = connections.configure_settings(
        {"default": database_settings(database.url)}
    )["default"]
    del connections["default"]
    tell()
    keys = {scope: make_key(scope, name="", who="a test", now=1).text for scope in ("track", "read", "write")}
    connections["default"].close()
    return keys


def test_a_lead_is_answered_by_its_id_and_by_what_it_is_known_by(api: Asking) -> None:
    status, told, _ = api.ask("/api/leads?user_id=u7&at=2026-03-08")
    assert status == 200
    for path in (
        f"leads/{told['id']}?at=2026-03-08",
        "leads?email=ANN%40acme.example&at=2026-03-08T00:00:00Z",
    ):
        assert api.ask(f"/api/{path}")[1] == told
    assert told["at"] == "2026-03-08T00:00:00Z"
    assert told["agreements"][0]["mql_at"] == "2026-03-06T10:00:00Z"
    assert [episode["ordinal"] for episode in told["agreements"][0]["episodes"]] == [1]


def test_markup_in_values_comes_back_as_json_that_no_browser_runs(api: Asking) -> None:
    _, lead, headers = api.ask("/api/leads?user_id=u7")
    assert lead["attributes"]["bio"] == SCRIPT
    assert (headers["content-type"], headers["x-content-type-options"]) == ("application/json", "nosniff")
    _, page, _ = api.ask(f"/api/leads/{lead['id']}/events")
    assert page["events"][0]["properties"]["title"] == SCRIPT
    _, text, headers = api.ask(f"/api/leads/{lead['id']}/explanation?format=text&at=2026-03-08")
    assert text.startswith(f"{lead['id']} · ")
    assert (headers["content-type"], headers["x-content-type-options"]) == (
        "text/plain; charset=utf-8", "nosniff",
    )  # fmt: skip


def test_an_explanation_is_of_the_agreement_that_was_live_then(api: Asking) -> None:
    lead = api.ask("/api/leads?user_id=u7")[1]["id"]
    status, why, _ = api.ask(f"/api/leads/{lead}/explanation?at=2026-03-08")
    assert (status, why["agreement"], why["lead_id"]) == (200, "crm", lead)
    score = api.ask(f"/api/leads/{lead}?at=2026-03-08")[1]["agreements"][0]["score"]
    assert why["score"] == score
    status, shadow, _ = api.ask(f"/api/leads/{lead}/explanation?agreement=webinar&shadow=true")
    assert (status, shadow["agreement"]) == (200, "webinar")
    status, refused, _ = api.ask(f"/api/leads/{lead}/explanation?agreement=webinar")
    assert (status, refused["fix"]) == (404, "Ask for one of crm.")
    status, none, _ = api.ask(f"/api/leads/{lead}/explanation?at=2026-02-28")
    assert (status, none["message"]) == (404, "No agreement is live then.")
    assert "`handraiser publish` begins one" in none["fix"]


def test_agreements_are_told_with_who_signed_them(api: Asking) -> None:
    status, told, _ = api.ask("/api/agreements")
    assert status == 200
    crm, webinar = told["agreements"]
    assert (crm["agreement"], crm["title"], crm["live_from"]) == (
        "crm",
        "New business",
        "2026-03-01T00:00:00Z",
    )
    assert (crm["marketing"], crm["sales"], crm["shadow"]) == ("m@made.example", "s@made.example", False)
    assert (webinar["agreement"], webinar["shadow"]) == ("webinar", True)


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        (None, 401, "no key"),
        ("hr_read_nobodys", 401, "not known"),
        ("", 401, "no key"),
        ("track", 403, "reads nothing"),
    ],
)
def test_nobody_reads_without_a_key_for_it(api: Asking, key: str | None, status: int, reason: str) -> None:
    for path in ("/api/leads/1", "/api/leads?user_id=u7", "/api/agreements", "/api/leads/1/events", "/api/x"):
        found, said, _ = api.ask(path, key=key)
        assert (found, said["success"]) == (status, False)
        assert reason in said["message"]
        assert said["fix"]


@pytest.mark.parametrize("path", ["/%61pi/leads/1", "/%2561pi/leads/1", "/api/%6ceads/1", "//api/leads/1"])
def test_no_other_spelling_of_an_address_opens_it(api: Asking, path: str) -> None:
    assert api.ask(path, key=None)[0] in (401, 404)


def test_a_key_opens_nothing_once_it_is_revoked(api: Asking) -> None:
    status, _, _ = api.ask("/api/agreements", key="write")
    assert status == 200
    api.database.rows("UPDATE store_key SET revoked_at = 2 WHERE scope = 'write'")
    try:
        while api.ask("/api/agreements", key="write")[0] == 200:
            pass  # for a second at most
        assert api.ask("/api/agreements", key="write")[0] == 401
    finally:
        api.database.rows("UPDATE store_key SET revoked_at = NULL WHERE scope = 'write'")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/leads", 400),
        ("/api/leads?email=a@b.example&user_id=u7", 400),
        ("/api/leads?email=nonsense", 400),
        ("/api/leads?user_id=%00", 400),
        ("/api/leads?user_id=nobody", 404),
        ("/api/leads?anonymous_id=b9", 404),
        ("/api/leads/0", 404),
        ("/api/leads/-1", 404),
        ("/api/leads/99999999999999999999", 404),
        ("/api/leads/%00", 404),
        ("/api/leads/ann", 404),
        ("/api/leads/1?at=yesterday", 400),
        ("/api/leads/1?at=0001-01-01T00:00:00%2B10:00", 400),
        ("/api/leads/1/events?limit=0", 400),
        ("/api/leads/1/events?limit=1001", 400),
        ("/api/leads/1/events?before=x", 400),
        ("/api/leads/1/explanation?format=xml", 400),
        ("/api/leads/1/explanation?shadow=perhaps", 400),
        ("/api/episodes?after=-1", 400),
        ("/api/episodes?after=99999999999999999999", 400),
        ("/api/episodes?after=x", 400),
        ("/api/episodes?limit=0", 400),
        ("/api/episodes?since=yesterday", 400),
        ("/api/episodes?agreement=crmm", 404),
        ("/api/episodes?agreement=%00", 404),
        ("/api/", 404),
        ("/api/docs", 404),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(api: Asking, path: str, status: int) -> None:
    found, said, headers = api.ask(path)
    assert (found, said["success"], headers["content-type"]) == (status, False, "application/json")
    assert said["message"]


@pytest.mark.parametrize(
    ("path", "says", "fix"),
    [
        ("/api/leads?user_id=u7&att=2020-01-01", "`att` is no parameter", "Did you mean `at`?"),
        ("/api/leads?userid=u7", "`userid` is no parameter", "Did you mean `user_id`?"),
        ("/api/leads/1?shaddow=true", "`shaddow` is no parameter", "It takes `at`."),
        ("/api/leads/1/explanation?AT=2020-01-01", "`AT` is no parameter", "Did you mean `at`?"),
        ("/api/leads/1/events?lead_id=2", "`lead_id` is no parameter", "It takes `at`, `limit`, `before`."),
        ("/api/agreements?limit=1", "`limit` is no parameter", "It takes `at`."),
        ("/api/leads/ann", "no lead ann", "/api/leads?user_id="),
        ("/api/leads/ann", "no lead ann", "/api/leads?email="),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(api: Asking, path: str, says: str, fix: str) -> None:
    status, told, _ = api.ask(path)
    assert (status, told["success"]) == (404 if "ann" in path else 400, False)
    assert says in told["message"]
    assert fix in told["fix"]


def test_what_changes_something_takes_no_parameters_either(api: Asking) -> None:
    status, told, _ = api.ask("/api/joins/999/undo?lead=1", method="POST", key="write")
    assert (status, told["fix"]) == (400, "It takes no parameters.")


@pytest.mark.parametrize("at", ["0001-01-01", "1970-01-01", "2099-06-01", "9999-12-31T23:59:59.999999Z"])
def test_any_instant_of_the_calendar_can_be_asked_for(api: Asking, at: str) -> None:
    lead = api.ask("/api/leads?user_id=u7")[1]["id"]
    assert api.ask(f"/api/leads/{lead}?at={at}")[0] == 200
    assert api.ask(f"/api/leads/{lead}/events?at={at}")[0] == 200
    assert api.ask(f"/api/leads/{lead}/explanation?at={at}")[0] in (200, 404)


def test_other_methods_are_refused_in_json(api: Asking) -> None:
    status, said, headers = api.ask("/api/leads/1", method="DELETE")
    assert (status, said["success"], headers["allow"]) == (405, False, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/health", "/api/leads?user_id=u7", "/api/openapi.json", "/nowhere"])
def test_what_is_asked_for_the_head_alone_has_the_status_and_kind_of_the_whole(
    api: Asking, path: str
) -> None:
    status, told, headers = api.ask(path, method="HEAD")
    whole, body, more = api.ask(path)
    assert body
    assert (status, told, headers["content-type"]) == (whole, None, more["content-type"])


def test_who_comes_to_the_door_is_told_where_to_go(api: Asking) -> None:
    status, told, _ = api.ask("/", key=None)
    assert status == 200
    for path in (told["api"], told["health"]):
        assert api.ask(path, key=None)[0] == 200
    assert api.ask(told["tracking"], key=None, method="POST")[0] == 401
    assert api.ask("/nowhere", key=None)[1]["fix"] == "/api/openapi.json says what there is."


def test_it_is_well_as_long_as_its_database_answers(api: Asking) -> None:
    assert api.ask("/health", key=None)[:2] == (200, {"status": "ok"})


def test_episodes_are_told_in_the_order_in_which_they_were_recorded(api: Asking) -> None:
    status, told, _ = api.ask("/api/episodes")
    assert (status, told["more"]) == (200, False)
    (mine,) = told["episodes"]
    lead = api.ask("/api/leads?user_id=u7")[1]
    (written,) = lead["agreements"][0]["episodes"]
    sums = {name: written["reasons"][name] for name in ("score", "fit", "engagement", "grade")}
    assert (written["id"], written["stage"]) == (told["next"], "mql")
    with_sales = ("stage", "owner", "handed_at", "ended_at")
    apart = {name: value for name, value in written.items() if name not in ("reasons", *with_sales)}
    assert mine == {
        **apart, **sums, "user_id": "u7", "email": "ann@acme.example", "agreement": "crm",
        "shadow": False,
    }  # fmt: skip


COPIED = (
    "INSERT INTO store_episode (lead_id, agreement, shadow, ordinal, begun_at, decided_at, hand_raise, "
    "from_history, publication_id, fingerprint, reasons) SELECT lead_id, agreement, shadow, {0}, begun_at, "
    "decided_at + {0}000000, hand_raise, from_history, publication_id, fingerprint, reasons "
    "FROM store_episode WHERE agreement = 'crm' AND ordinal = 1 RETURNING id"
)


@contextmanager
def further_episodes(api: Asking) -> Iterator[None]:
    """Have two more under `crm`, 98 and 99 seconds later."""
    for ordinal in (98, 99):
        api.database.rows(COPIED.format(ordinal))
    try:
        yield
    finally:
        api.database.rows("DELETE FROM store_episode WHERE ordinal >= 98")


def test_a_program_that_goes_on_behind_the_last_page_sees_each_episode_once(api: Asking) -> None:
    with further_episodes(api):
        whole = api.ask("/api/episodes")[1]["episodes"]
        seen, after, more = [], 0, True
        while more:
            page = api.ask(f"/api/episodes?limit=1&after={after}")[1]
            seen, after, more = [*seen, *page["episodes"]], page["next"], page["more"]
        ended = api.ask(f"/api/episodes?after={after}")[1]
    assert [each["ordinal"] for each in whole] == [1, 98, 99]
    assert seen == whole
    assert ended == {"episodes": [], "next": after, "more": False}


def test_episodes_are_told_of_one_agreement_and_since_an_instant(api: Asking) -> None:
    def ordinals(query: str) -> list[int]:
        return [each["ordinal"] for each in api.ask(f"/api/episodes?{query}")[1]["episodes"]]

    with further_episodes(api):
        decided = api.ask("/api/episodes")[1]["episodes"][1]["decided_at"]
        assert ordinals(f"since={decided}") == ordinals(f"agreement=crm&since={decided}") == [98, 99]
        assert ordinals("agreement=crm&limit=2") == [1, 98]
    assert ordinals("shadow=true&agreement=crm") == ordinals("agreement=webinar") == []
    assert ordinals("shadow=true&agreement=webinar") == [1]


def test_no_episode_is_passed_over_that_was_being_written_when_a_later_one_was_read(api: Asking) -> None:
    if api.database.vendor == "sqlite":
        return  # one writes after the other
    before = api.ask("/api/episodes")[1]["next"]
    with closing(api.database.connect()) as slow, further_episodes(api):
        ((late,),) = slow.execute(COPIED.format(97)).fetchall()
        api.database.rows(COPIED.format(100))
        status, told, headers = api.ask(f"/api/episodes?after={before}")
        assert (status, told["success"], int(headers["retry-after"]) > 0) == (503, False, True)
        slow.commit()
        try:
            _, told, _ = api.ask(f"/api/episodes?after={before}")
            assert [each["ordinal"] for each in told["episodes"]] == [98, 99, 97, 100]
            assert told["episodes"][2]["id"] == late
        finally:
            api.database.rows("DELETE FROM store_episode WHERE ordinal = 97")


def test_a_join_is_undone_by_who_may_write_and_only_once(api: Asking) -> None:
    lead = api.ask("/api/leads?user_id=u5")[1]
    (last,) = (join["id"] for join in lead["joins"])
    assert api.ask(f"/api/joins/{last}/undo", method="POST")[0] == 403
    assert api.ask("/api/joins/999/undo", method="POST", key="write")[0] == 404
    status, undone, _ = api.ask(f"/api/joins/{last}/undo", method="POST", key="write")
    assert (status, undone["success"], undone["join"]["id"]) == (200, True, last)
    assert undone["join"]["undone_at"] is not None
    assert {one["id"] for one in undone["leads"]} == {undone["join"]["joined"], lead["id"]}
    assert api.ask(f"/api/joins/{last}/undo", method="POST", key="write")[0] == 409


def test_nothing_that_its_description_allows_breaks_it(api: Asking, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{api.front.port}/api/openapi.json"
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", url, "--header"),
        *(f"Authorization: Bearer {api.keys['write']}", "--checks", checks, "--phases", "coverage,fuzzing"),
        *("--max-examples", "5", "--seed", "1", "--max-failures", "3", "--warnings", "off"),
        *("--generation-database", "none", "--no-color"),
    ]
    # It keeps notes where it is run.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_description_is_open_and_loads_nothing_from_elsewhere(api: Asking) -> None:
    status, told, _ = api.ask("/api/openapi.json", key=None)
    assert status == 200
    assert "http" not in json.dumps(told).replace('"type": "http"', "")


def test_a_server_goes_on_when_somebody_hangs_up(api: Asking) -> None:
    connection: http.client.HTTPConnection = api.front.connect()
    connection.request("GET", "/api/leads/1", headers={"Authorization": f"Bearer {api.keys['read']}"})
    connection.close()
    assert api.ask("/api/agreements")[0] == 200
