"""Who comes to the made company's site that nobody has heard of before, and what do they do there?

Seeded: whoever has the same number does the same. All of their addresses are at domains that nobody can have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import msgspec

from handraiser.edge.acme.catalogue import (
    CAMPAIGNS,
    GIVEN_NAMES,
    GUIDE,
    INDUSTRIES,
    LADDERS,
    PAGES,
    SITE,
    SURNAMES,
    TRADES,
    TREES,
)
from handraiser.edge.played.messages import HUMAN_AGENT, Received
from handraiser.facts.instants import iso

__all__ = ["Visitor", "look_around", "newcomer", "received", "reading_the_guide", "wanting_a_demo"]

_SECOND = 1_000_000
_COUNTRIES = (("US", 6), ("CA", 1), ("DE", 2), ("GB", 2), ("FR", 1), ("NL", 1))
Item = dict[str, Any]


class Visitor(NamedTuple):
    """Somebody who comes by; `name` tells them from all others."""

    name: str
    given: str
    family: str
    firm: str
    title: str
    country: str
    employees: int

    @property
    def email(self) -> str:
        """Return their address, which is nobody's."""
        return f"{self.given}.{self.family}@{self.domain}".lower()

    @property
    def domain(self) -> str:
        """Return that of the company they work for."""
        return f"{self.firm.lower().replace(' ', '-')}.example"


def newcomer(random: Random, *, name: str, country: str = "") -> Visitor:
    """Return somebody new, of a country if one is said."""
    codes, weights = zip(*_COUNTRIES, strict=True)
    return Visitor(
        name,
        random.choice(GIVEN_NAMES),
        random.choice(SURNAMES),
        f"{random.choice(TREES)} {random.choice(TRADES)}",
        random.choice(random.choice(LADDERS)[1:]),
        country or random.choices(codes, weights)[0],
        random.randint(50, 480),
    )


def wanting_a_demo(who: Visitor, random: Random) -> list[Item]:
    """Return what somebody does who asks sales for a demo, or begins a trial."""
    form, event = random.choice(
        [("demo", "Demo Requested"), ("demo", "Demo Requested"), ("trial", "Trial Started")]
    )
    return [
        *look_around(_browser(who), random, then=["/pricing", f"/{form}"]),
        *_introduced(who, form),
        _tracked(who, event),
    ]


def reading_the_guide(who: Visitor, random: Random) -> list[Item]:
    """Return what somebody does who takes the guide and asks for nothing."""
    return [
        *look_around(_browser(who), random, then=["/pricing", "/resources"]),
        *_introduced(who, "content"),
        _tracked(who, "Content Downloaded", title=GUIDE, url=f"{SITE}/resources/guide.pdf"),
    ]


def look_around(who: Mapping[str, str], random: Random, *, then: Sequence[str] = ()) -> list[Item]:
    """Return the pages of a visit, the first by a way to the site."""
    paths = [random.choice(PAGES).path for _ in range(random.randint(1, 3))] + list(then)
    titles = {page.path: page.title for page in PAGES}
    way = random.choice(CAMPAIGNS)
    items = []
    for place, path in enumerate(paths):
        said = {"path": path, "url": f"{SITE}{path}", "title": titles[path]}
        if not place:
            said |= {"referrer": way.referrer} if way.referrer else {}
            utm = {"source": way.source, "medium": way.medium, "campaign": way.name}
            said |= {f"utm_{key}": value for key, value in utm.items() if value}
        items.append({"type": "page", **who, "properties": said})
    return items


def received(items: Sequence[Item], *, at: int, name: str, gap: int = 12) -> list[Received]:
    """Return items as they come in, some seconds apart, the last at an instant."""
    found = []
    for place, item in enumerate(items):
        done_at = at - (len(items) - 1 - place) * gap * _SECOND
        said = {
            "messageId": f"{name}-{place}", "timestamp": iso(done_at), "context": {"userAgent": HUMAN_AGENT},
        }  # fmt: skip
        found.append(Received(done_at + _SECOND // 2, msgspec.json.encode(item | said)))
    return found


def _browser(who: Visitor) -> dict[str, str]:
    return {"anonymousId": f"browser-{who.name}"}


def _introduced(who: Visitor, form: str) -> list[Item]:
    """Return how somebody says who they are: a form, and what the site knows of their company."""
    traits = {
        "email": who.email, "first_name": who.given, "last_name": who.family, "job_title": who.title,
        "country": who.country,
    }  # fmt: skip
    firm = {
        "name": who.firm, "domain": who.domain, "country": who.country, "employees": who.employees,
        "industry": INDUSTRIES[who.employees % len(INDUSTRIES)],
    }  # fmt: skip
    return [
        _tracked(who, "Form Submitted", form_id=form, email=who.email),
        {"type": "identify", **_browser(who), "traits": traits},
        {"type": "group", **_browser(who), "groupId": f"firm-{who.domain}", "traits": firm},
    ]


def _tracked(who: Visitor, event: str, **properties: object) -> Item:
    return {"type": "track", "event": event, "properties": properties, **_browser(who)}
