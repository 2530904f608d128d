"""Who works at the made company: who signs, who sells, who looks on; in which teams, and when?

All of them are made, and so are their addresses. Some can be signed in as; the others work by themselves.
"""

from __future__ import annotations

from typing import NamedTuple

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.edge.acme import agreement_text
from handraiser.flows.leaving import remove_user
from handraiser.flows.publishing import Signatures, publish
from handraiser.flows.teams import add_team, join_team
from handraiser.flows.timeoff import add_time_off
from handraiser.flows.users import Profile, add_user, change_user, choose_password
from handraiser.store.models import User

__all__ = ["DEMO_USERS", "MANAGER", "PASSWORD", "WHO", "Player", "hire", "leave_and_rest", "live_agreement"]

PASSWORD = "raise your hand"  # noqa: S105  it is shown to whoever opens the demo, and opens nothing else
WHO = "handraiser demo"
_AT = "@acme-crm.example"
_DAY = 86_400_000_000
_EUROPE = "mon-fri 09:00-17:30"


class Player(NamedTuple):
    """Somebody who works there; `does` is said beside who can be signed in as."""

    name: str
    role: str
    team: str = ""
    zone: str = ""
    does: str = ""

    @property
    def email(self) -> str:
        """Return the address, which is nobody's."""
        return f"{self.name.lower()}{_AT}"


_CAST = (
    Player("Maria", "sales", "americas", "America/New_York", "sells in the Americas"),
    Player("Aisha", "sales", "emea", "Europe/London", "sells in Europe, the Middle East and Africa"),
    Player("Grace", "manager", zone="America/New_York", does="leads the teams"),
    Player("Emil", "marketing", zone="Europe/Berlin", does="signed the agreement for marketing"),
    Player("Diya", "administrator", zone="America/New_York", does="runs it"),
    Player("Victor", "viewer", does="may look at everything"),
    Player("Tom", "sales", "americas", "America/Chicago"),
    Player("Luis", "sales", "americas", "America/New_York"),
    Player("Quinn", "sales", "americas", "America/New_York"),
    Player("Lena", "sales", "emea", "Europe/Berlin"),
    Player("Hugo", "sales", "emea", "Europe/Paris"),
    Player("Hana", "sales", "pacific", "Australia/Sydney"),
)
DEMO_USERS = tuple(each for each in _CAST if each.does)
MANAGER = f"grace{_AT}"
# Who is in the Pacific meets the route of a team that has one member, and no other.
_ROUTE = "    - {to: team emea, accept_within: 1 business day}\n"
_ROUTES = (
    "    - {when: \"coalesce(company.country, '') not in ('AU', 'IN', 'BR')\", to: team emea, "
    "accept_within: 1 business day}\n"
    "    - {to: team pacific, accept_within: 1 business day}\n"
)


def live_agreement() -> Agreement:
    """Return Acme's agreement with a route for one team more."""
    text = agreement_text("agreement")
    if _ROUTE not in text:
        raise AssertionError("Acme's agreement has another last route")
    return load(text.replace(_ROUTE, _ROUTES), file="agreement.yaml")


def hire(now: int) -> None:
    """Have everybody there, in their teams, and the agreement signed by both sides."""
    for each in _CAST:
        user = add_user(each.email, each.role, name=each.name, who=WHO, now=now)
        hours = _EUROPE if each.zone.startswith("Europe") else None
        holidays = {"Europe/Berlin": "DE-BE", "Europe/Paris": "FR", "Europe/London": "GB"}.get(each.zone)
        manager = MANAGER if each.role == "sales" and _is_there(MANAGER) else None
        change_user(
            each.email,
            Profile(
                timezone=each.zone,
                hours=hours,
                holidays=holidays,
                manager=manager,
                signs=each.role in ("marketing", "manager"),
            ),
            who=WHO,
            now=now,
        )
        if each.does:
            choose_password(user, PASSWORD, who=WHO, now=now)
    for team in ("americas", "emea", "pacific"):
        add_team(team, manager=MANAGER, fallback=None, who=WHO, now=now)
    for each in _CAST:
        if each.team:
            weight = 2 if each.name in ("Maria", "Aisha") else 1
            join_team(each.team, each.email, weight=weight, who=WHO, now=now)
    signed = Signatures(f"emil{_AT}", f"maria{_AT}")
    publish(live_agreement(), signed=signed, live_from=None, shadow=False, who=WHO, now=now)


def leave_and_rest(now: int, *, since: int, until: int) -> None:
    """Have happen what happens to a team in a year, as far as it is time for it, each once."""
    length = until - since
    if now > since + length // 2 and _is_there(f"quinn{_AT}"):
        remove_user(f"quinn{_AT}", who=WHO, now=now)
    rests = (
        ("maria", since + length // 3, 12 * _DAY, "tom", "holidays"),
        ("lena", since + length * 3 // 5, 9 * _DAY, None, "parental leave"),
        ("hana", until - 12 * _DAY, 21 * _DAY, None, "away for three weeks"),
    )
    for name, begins_at, lasts, cover, why in rests:
        user = User.objects.get(email=name + _AT)
        if now >= begins_at - 3 * _DAY and begins_at > since and not user.times_off.exists():
            add_time_off(
                user.email,
                begins_at=max(begins_at, now),
                ends_at=max(begins_at, now) + lasts,
                cover=cover and cover + _AT,
                why=why,
                who=WHO,
                now=now,
            )


def _is_there(email: str) -> bool:
    return User.objects.filter(email=email, left_at=None).exists()
