"""How teams are made, led and taken away, who works when, and where leads would have gone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from handraiser.store.models import Audit, Handoff, Member, Publication, Team, TimeOff, User
from tests.app.visitors import App, Visitor
from tests.app.windows import fits, token_of, window
from tests.live.company import Clock, publish, send, using, worker

AGREEMENT = """
agreement: teamed
fit: {rules: []}
engagement: {rules: [{rule: asked, title: Asked us, event: Team Asked, points: 10}]}
qualify: {mql: score >= 10}
handoff: {accept_within: 4 hours, route: [{to: team wide, when: lead.size >= 10}, {to: team south}]}
"""


def now() -> int:
    return time.time_ns() // 1_000


def user(app: App, email: str) -> User:
    with using(app.database):
        return User.objects.get(email=email)


def led(app: App, name: str) -> tuple[str, Visitor, str]:
    """Have a team with a manager, and somebody in it; return the manager's address, them, and the other."""
    manager, visitor = app.signed_in("manager")
    seller, _ = app.invited("sales")
    with using(app.database):
        Team.objects.filter(name=name).delete()
        team = Team.objects.create(name=name, manager=User.objects.get(email=manager))
        Member.objects.create(team=team, user=User.objects.get(email=seller))
    return manager, visitor, seller


@pytest.mark.parametrize(("theme", "width"), [("dark", 390)])
def test_a_team_is_made_filled_and_paused_by_hand(app: App, browser: Browser, theme: str, width: int) -> None:
    admin, visitor = app.signed_in("administrator")
    sam, _ = app.signed_in("sales")
    name = f"north-{admin.partition('@')[0]}"
    with using(app.database):
        User.objects.filter(email=sam).update(name="Sam <b>Field</b>")
    page, wrong = window(app, browser, visitor, "/teams", theme=theme, width=width)
    page.get_by_role("button", name="New team").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("no name")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.locator("#id_name_error")).to_contain_text("“no name” is no name of a team.")
    assert fits(page)
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Manager").select_option(admin)
    dialog.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(f"There is a team {name}.")).to_be_visible()
    page.get_by_role("button", name="Add somebody").press("Enter")
    dialog.get_by_label("Who", exact=True).select_option(sam)
    dialog.get_by_label("Weight").fill("2")
    dialog.get_by_label("At most a day").fill("5")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=sam)
    expect(row).to_contain_text("Sam <b>Field</b>")
    expect(row).to_contain_text("weight 2")
    expect(row).to_contain_text("0 of 5")
    expect(page.get_by_role("button", name="Add somebody")).to_be_focused()
    row.get_by_role("button", name="Pause").press("Enter")
    expect(row).to_contain_text("paused")
    expect(page.get_by_text("nobody can take it now")).to_be_visible()
    expect(row.get_by_role("button", name="Resume")).to_be_focused()
    assert fits(page)
    assert [each for each in wrong if "422" not in each] == []
    page.context.close()
    with using(app.database):
        member = Member.objects.get(team__name=name)
        did = list(Audit.objects.filter(subject=f"team {name}").order_by("id").values_list("who", "did"))
    assert (member.weight, member.per_day, member.per_30_days, member.active) == (2, 5, None, False)
    assert did == [
        (admin, "added a team"), (admin, "had somebody join a team"),
        (admin, "gave somebody no more leads of a team"),
    ]  # fmt: skip


def test_a_manager_changes_who_is_in_their_teams_and_nobody_elses(app: App) -> None:
    manager, visitor, seller = led(app, "east")
    _, other, stranger = led(app, "west")
    number = user(app, seller).pk
    told = visitor.get("/teams/east").text
    token = token_of(told)
    assert "Add somebody" in told
    assert "Remove" not in told
    deeds = {
        "join": {"email": stranger, "weight": 1}, f"members/{number}": {"weight": 3, "per_30_days": 40},
        f"members/{number}/active": {"active": 0}, f"members/{number}/leave": {},
    }  # fmt: skip
    looked = other.get("/teams/east").text
    assert f"/members/{number}" not in looked
    for deed, fields in deeds.items():
        assert other.post(f"/teams/east/{deed}", token=token_of(looked), **fields).status == 403
    wrong = visitor.post(f"/teams/east/members/{number}", token=token, weight=0)
    assert (wrong.status, 'id="id_weight_error"' in wrong.text) == (422, True)
    for deed, fields in deeds.items():
        assert visitor.post(f"/teams/east/{deed}", token=token, **fields).status == 204, deed
    with using(app.database):
        assert [each.user.email for each in Member.objects.filter(team__name="east")] == [stranger]
        said = Audit.objects.filter(subject="team east", who=manager).values_list("did", flat=True)
        assert len(said) == len(deeds)
    for deed in ("change", "remove"):
        assert visitor.post(f"/teams/east/{deed}", token=token).status == 403
    _, viewer = app.signed_in("viewer")
    assert "Add somebody" not in viewer.get("/teams/east").text
    assert viewer.post("/teams/east/join", token=token_of(viewer.get("/teams").text)).status == 403


def test_before_a_team_is_removed_it_is_told_what_becomes_of_its_leads(app: App) -> None:
    _, visitor = app.signed_in("administrator")
    *_, seller = led(app, "south")
    with using(app.database):
        if not Publication.objects.filter(name="teamed").exists():
            publish([AGREEMENT], now())
        mql("Ann", "Bea")
    told = visitor.get("/teams/south/remove").text
    assert "It has 2 open leads: who has them keeps them." in told
    assert "What is live names it (teamed)" in told
    token = token_of(visitor.get("/teams").text)
    again = visitor.post("/team", token=token, name="SOUTH")
    assert (again.status, 'id="id_name_error"' in again.text) == (422, True)
    gone = visitor.post("/teams/south/remove", token=token)
    assert (gone.status, gone.headers["hx-redirect"]) == (204, "/teams")
    listed = visitor.get("/teams").text
    assert "There is no team south any more." in listed
    assert "teamed is live and names who is not there." in listed
    with using(app.database):
        kept = Handoff.objects.filter(agreement="teamed", owner__email=seller, ended_at=None)
        assert kept.count() == 2
    assert visitor.get("/teams/south").status == 404


def mql(*names: str) -> None:
    """Have people become MQLs."""
    for name in names:
        who = {"userId": f"{name} of teams {now()}"}
        send([{"type": "track", "event": "Team Asked", "messageId": f"{name} {now()}", **who}], now())
    worker(Clock(now() + 1_000_000)).settle()


def test_it_is_shown_where_leads_would_have_gone_and_why_some_are_nobodys(app: App) -> None:
    _, visitor, seller = led(app, "south")
    with using(app.database):
        if not Publication.objects.filter(name="teamed").exists():
            publish([AGREEMENT], now())
        User.objects.filter(email=seller).update(name="Tim <i>")
        mql("Cho", "Dee", "Eve")
        count = Handoff.objects.filter(agreement="teamed").count()
    assert "/routes/tried?days=30" in visitor.get("/routes?days=x").text
    told = visitor.get("/routes/tried?days=7").text
    assert f"{count} MQLs" in told
    assert "Route 2: to team south" in told
    assert "Tim &lt;i&gt;" in told
    assert "100 %" in told
    with using(app.database):
        Member.objects.filter(team__name="south").update(active=False)
    told = visitor.get("/routes/tried?days=7").text
    assert f"{count} would have been nobody" in told
    assert "takes no leads of this team now" in told
    with using(app.database):
        Handoff.objects.update(ended_at=1)
        before = Handoff.objects.filter(owner__email=seller).count()
    assert before >= 3


def test_everybody_says_when_they_work_and_who_manages_them_does(app: App) -> None:
    manager, theirs, seller = led(app, "inland")
    number = user(app, seller).pk
    own = app.nobody()
    _, stranger = app.signed_in("sales")
    _, admin = app.signed_in("administrator")
    for other, status in ((theirs, 200), (admin, 200), (stranger, 403), (own, 302)):
        assert other.get(f"/people/{number}").status == status
    me, mine = app.signed_in("sales")
    own_number = user(app, me).pk
    page = mine.get(f"/people/{own_number}").text
    token = token_of(page)
    assert "the agreement" in page
    works = f"/people/{own_number}/hours"
    for field, said in (("timezone", "berlin"), ("hours", "mon 9-17"), ("holidays", "Mars")):
        wrong = mine.post(works, token=token, **{field: said})
        assert (wrong.status, f'id="id_{field}_error"' in wrong.text) == (422, True), field
    kept = {"timezone": "Europe/Berlin", "hours": "fri 09:00-15:00; mon-thu 09:00-18:00", "holidays": "DE-BY"}
    assert mine.post(works, token=token, **kept).status == 204
    page = mine.get(f"/people/{own_number}").text
    assert [each in page for each in ("Europe/Berlin", "mon-thu 09:00-18:00", "DE-BY")] == [True] * 3
    assert mine.post(works, token=token, **kept | {"hours": ""}).status == 204
    assert user(app, me).hours is None
    assert mine.post(f"/people/{number}/hours", token=token, timezone="UTC").status == 403
    managing = token_of(theirs.get(f"/people/{number}").text)
    assert theirs.post(f"/people/{number}/hours", token=managing, timezone="Asia/Tokyo").status == 204
    with using(app.database):
        assert Audit.objects.get(subject=f"user {seller}", did="changed a user").who == manager


def test_days_away_are_added_with_who_stands_in_and_taken_back(app: App) -> None:
    _, theirs, seller = led(app, "upland")
    cover, _ = app.invited("sales")
    number = user(app, seller).pk
    with using(app.database):
        User.objects.filter(pk=number).update(timezone="Asia/Tokyo")
    token = token_of(theirs.get(f"/people/{number}").text)
    today = datetime.now(UTC).date()
    first, last = today + timedelta(days=10), today + timedelta(days=12)
    path = f"/people/{number}/away"
    for field, days in (("last", (last, first)), ("last", (today - timedelta(9), today - timedelta(5)))):
        wrong = theirs.post(path, token=token, first=days[0], last=days[1])
        assert (wrong.status, f'id="id_{field}_error"' in wrong.text) == (422, True)
    assert theirs.post(path, token=token, first=first, last=last, cover=cover, why="<b>off</b>").status == 204
    page = theirs.get("/teams/upland").text
    assert cover in page
    assert "&lt;b&gt;off&lt;/b&gt;" in page
    assert f"{last + timedelta(days=1):%-d %b %Y}" in page
    with using(app.database):
        off = TimeOff.objects.get(user=number)
        begins = datetime.fromtimestamp(off.begins_at / 1e6, UTC)
        assert (begins.date(), begins.hour) == (first - timedelta(days=1), 15)  # midnight in Tokyo
    assert theirs.post(f"/people/{user(app, cover).pk}/away/{off.pk}", token=token).status == 403
    assert theirs.post(f"{path}/{off.pk}", token=token).status == 204
    assert theirs.post(f"{path}/{off.pk}", token=token).status == 404
    with using(app.database):
        assert not TimeOff.objects.filter(user=number).exists()


def test_what_went_wrong_is_a_page_like_any_other_and_json_to_programs(app: App) -> None:
    _, visitor = app.signed_in("administrator")
    forged = visitor.post("/people/invite", token="none of ours")  # noqa: S106  it is no secret
    assert (forged.status, "This form is not valid any more" in forged.text) == (403, True)
    assert "built/tabler" in forged.text
    nowhere = visitor.get("/teams/nobodys")
    assert (nowhere.status, "There is nothing here" in nowhere.text) == (404, True)
