"""Destinations and their messages over the API: through a real server, with a key, over both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sending import Tracking

from handraiser.store.models import Destination, Outgoing
from tests.live.company import using
from tests.outbox.company import destination, episode, news, telling
from tests.outbox.told import NOON


@pytest.fixture
def told(tracking: Tracking) -> Iterator[Tracking]:
    """A destination that has taken a message, and given none a chance since: one dead, one waiting."""
    for scope in ("read", "write"):
        tracking.add_key(scope, scope=scope)
    with using(tracking.database):
        Outgoing.objects.all().delete()
        Destination.objects.all().delete()
        destination("crm", address="https://crm.example/hook/a-token", secret="sealed")  # noqa: S106  it opens nothing
        for number, fields in enumerate(
            ({"done_at": NOON, "delivered": True}, {"done_at": NOON, "error": "500"}, {})
        ):
            telling(news(episode()))
            Outgoing.objects.filter(pk=Outgoing.objects.latest("pk").pk).update(attempts=number, **fields)
        yield tracking
        Outgoing.objects.all().delete()
        Destination.objects.all().delete()


def ask(told: Tracking, path: str, *, key: str = "read", method: str = "GET") -> tuple[int, Any]:
    connection = told.front.connect()
    connection.request(method, path, headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def test_who_is_told_is_shown_without_secrets(told: Tracking) -> None:
    status, body = ask(told, "/api/destinations")
    (one,) = body["destinations"]
    assert status == 200
    assert (one["name"], one["address"], one["waiting"], one["dead"]) == (
        "crm",
        "https://crm.example/…oken",
        1,
        1,
    )
    assert "sealed" not in json.dumps(body)
    assert "a-token" not in json.dumps(body)


def test_messages_are_shown_page_by_page_by_how_they_stand(told: Tracking) -> None:
    _, first = ask(told, "/api/outgoing?limit=2")
    assert [each["state"] for each in first["messages"]] == ["delivered", "dead"]
    assert first["more"]
    _, rest = ask(told, f"/api/outgoing?after={first['next']}")
    assert ([each["state"] for each in rest["messages"]], rest["more"]) == (["waiting"], False)
    _, dead = ask(told, "/api/outgoing?state=dead&destination=crm")
    (one,) = dead["messages"]
    assert (one["error"], one["due_at"], one["payload"]["type"]) == ("500", None, "lead.mql")
    assert ask(told, "/api/outgoing?destination=nobody")[0] == 404
    assert ask(told, "/api/outgoing?state=lost")[0] == 400


def test_what_was_given_up_is_sent_again_with_a_key_that_may(told: Tracking) -> None:
    _, dead = ask(told, "/api/outgoing?state=dead")
    path = f"/api/outgoing/{dead['messages'][0]['id']}/replay"
    assert ask(told, path, method="POST")[0] == 403
    status, body = ask(told, path, key="write", method="POST")
    assert (status, body["state"], body["attempts"]) == (200, "waiting", 0)
    assert ask(told, path, key="write", method="POST")[0] == 409
    assert ask(told, "/api/outgoing/999999/replay", key="write", method="POST")[0] == 404


def test_all_of_a_destination_is_sent_again_since_an_instant(told: Tracking) -> None:
    path = "/api/destinations/crm/replay"
    assert ask(told, path, key="write", method="POST")[0] == 400
    assert ask(told, f"{path}?since=2030-01-01", key="write", method="POST") == (
        200, {"success": True, "messages": 0},
    )  # fmt: skip
    status, body = ask(told, f"{path}?since=2026-01-01", key="write", method="POST")
    assert (status, body["messages"]) == (200, 1)


def test_a_destination_is_turned_off_and_on(told: Tracking) -> None:
    status, body = ask(told, "/api/destinations/crm/disable", key="write", method="POST")
    assert status == 200
    assert body["disabled_at"] is not None
    assert body["disabled_why"].startswith("by key ")
    assert ask(told, "/api/destinations/crm/enable", key="write", method="POST")[1]["disabled_at"] is None
    assert ask(told, "/api/destinations/crm/enable", method="POST")[0] == 403
    assert ask(told, "/api/destinations/cmr/enable", key="write", method="POST")[0] == 404
