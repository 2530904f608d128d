"""Every page and every call of the API, as every role and as nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from handraiser.store.models import User
from tests.app.visitors import App, Visitor

ROLES = [role.value for role in User.Role]
# What a page needs to be asked for at all: these are no lead's and no episode's, so 404 says "you may ask".
GIVEN = {
    "number": "999999",
    "activity": "999999",
    "act": "accept",
    "said": "comment",
    "name": "999999",
    "token": "x",
    "episode_id": "999999",
    "lead_id": "999999",
    "other": "999998",
    "link": "999999",
    "team": "999999",
    "off": "999999",
    "message": "999999",
}
EVERYBODY = {
    "home", "home_kept", "home_funnel", "home_why", "home_trend", "queue", "queue_rows", "say",
    "agreements", "agreement", "proposal",
    "lead", "proof", "timeline", "course", "judged", "lead_joins", "lead_privacy",
    "person", "person_hours", "person_away", "person_back",
}  # fmt: skip
ONLY = {  # roles, of pages that not all may see
    "home_aims": {"manager", "administrator", "marketing", "viewer"},
    "home_team": {"manager", "administrator"},
    "people": {"administrator"},
    "people_invite": {"administrator"},
    "people_link": {"administrator"},
    "people_role": {"administrator"},
    "people_leave": {"administrator"},
    "board": {"manager", "administrator", "marketing", "viewer"},
    "board_columns": {"manager", "administrator", "marketing", "viewer"},
    "what_if": {"manager", "administrator", "marketing", "viewer"},
    "what_if_answer": {"manager", "administrator", "marketing", "viewer"},
    "what_if_people": {"manager", "administrator", "marketing", "viewer"},
}
_LOOKING = {"manager", "administrator", "marketing", "viewer"}
ONLY |= dict.fromkeys(["teams", "team", "routes", "routes_tried"], _LOOKING)
ONLY |= {name: {"administrator"} for name in ("team_new", "team_change", "team_remove")}
_LEADING = {"manager", "administrator"}
ONLY |= dict.fromkeys(["team_join", "team_share", "team_pause", "team_leave"], _LEADING)
_STEWARDS = {"marketing", "manager", "administrator"}
ONLY |= dict.fromkeys(["lead_same", "lead_join", "lead_unjoin", "lead_consent", "lead_everything"], _STEWARDS)
_WRITING = (
    "proposal_new", "proposal_edit", "proposal_check", "proposal_beside", "draft_discard", "agreement_end",
    "agreement_stop",
)  # fmt: skip
ONLY |= {name: {"marketing"} for name in _WRITING}
ONLY["proposal_say"] = {"marketing", "sales", "manager", "administrator"}
ONLY["lead_erase"] = {"marketing", "administrator"}
ONLY["told_again"] = {"administrator"}


def pages() -> dict[str, str]:
    """Return the paths of our own pages, by name."""
    own = [each for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
    return {
        each.name: "/" + filled(each) for each in own if each.name and not each.name.startswith("account")
    }


def filled(pattern: URLPattern) -> str:
    route = str(pattern.pattern)
    for kind in ("int:", "str:", "act:", "spoken:"):
        route = route.replace(f"<{kind}", "<")
    for name, value in GIVEN.items():
        route = route.replace(f"<{name}>", value)
    return route


def calls() -> Iterator[tuple[str, str]]:
    """Yield the calls of the API: methods and paths."""
    from handraiser.edge.web.api.routes import api

    for path, methods in api.get_openapi_schema()["paths"].items():
        said = path
        for name in GIVEN:
            said = said.replace(f"{{{name}}}", GIVEN[name])
        for method in methods:
            yield method.upper(), said


@pytest.fixture(scope="module")
def known(app: App) -> dict[str, Visitor]:
    """Somebody of each role, signed in."""
    return {role: app.signed_in(role)[1] for role in ROLES}


def test_every_page_has_been_thought_of() -> None:
    assert set(pages()) == EVERYBODY | set(ONLY) | {"join", "welcome"}


@pytest.mark.parametrize("name", sorted(EVERYBODY | set(ONLY)))
def test_nobody_is_sent_to_sign_in_from_a_page(app: App, name: str) -> None:
    path = pages()[name]
    seen = app.nobody().get(path)
    assert (seen.status, seen.headers["location"]) == (302, f"/account/login/?next={path}")
    part = app.nobody().get(path, HX_Request="true")
    assert (part.status, part.headers["hx-redirect"]) == (401, "/account/login/")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(EVERYBODY | set(ONLY)))
def test_each_role_sees_what_is_for_it(known: dict[str, Visitor], name: str, role: str) -> None:
    expected = 404 if "999999" in pages()[name] else 200
    if role not in ONLY.get(name, ROLES):
        expected = 403
    assert known[role].get(pages()[name]).status == expected


def test_who_is_signed_in_has_no_key_for_the_api(app: App, known: dict[str, Visitor]) -> None:
    asked = [(method, path) for method, path in calls() if path != "/api/openapi.json"]
    assert len(asked) > 20
    for visitor in (app.nobody(), *known.values()):
        for method, path in asked:
            seen = visitor.ask(method, path)
            assert seen.status == 401, (method, path)
            assert json.loads(seen.text)["success"] is False


def test_every_address_is_ours_or_known_to_ask_itself() -> None:
    resolvers = [str(each.pattern) for each in get_resolver().url_patterns if isinstance(each, URLResolver)]
    assert resolvers == ["api/", "account/"]
