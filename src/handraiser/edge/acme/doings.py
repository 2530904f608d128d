"""What do leads do at the end of a visit: forms, downloads, registrations, demos, trials, carts?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .catalogue import CONTENTS, COUNTRIES, CURRENCY_OF, PRODUCTS, SITE, WEBINARS
from .dice import SECOND, Ints, dice, words
from .happenings import HUMAN, Happenings
from .pages import session_ids
from .people import People
from .sessions import PAGE_OF, Goal, Visits

__all__ = ["visit_ends"]

SECOND_PRODUCT = 0.35  # of carts

FORM_OF = {
    Goal.SUBSCRIBE: "newsletter",
    Goal.CONTACT: "contact",
    Goal.DOWNLOAD: "download",
    Goal.REGISTER: "webinar",
    Goal.DEMO: "demo",
    Goal.TRIAL: "trial",
}
EVENT_OF = {
    Goal.SUBSCRIBE: "Subscribed",
    Goal.DOWNLOAD: "Content Downloaded",
    Goal.REGISTER: "Webinar Registered",
    Goal.DEMO: "Demo Requested",
    Goal.TRIAL: "Trial Started",
}


def visit_ends(visits: Visits, people: People, seed: int) -> list[Happenings]:
    """Return what visits end with: a form is sent two seconds before what it asks for happens."""
    found = []
    for goal, form in FORM_OF.items():
        which = np.flatnonzero(visits.goal == goal)
        columns = _place(goal, visits, which) | {"form_id": words([form], np.zeros_like(which))}
        found.append(_done("Form Submitted", visits.lead[which], visits.at[which] - 2 * SECOND, columns))
    for goal, event in EVENT_OF.items():
        which = np.flatnonzero(visits.goal == goal)
        columns = _place(goal, visits, which) | _subject(goal, visits.detail[which])
        found.append(_done(event, visits.lead[which], visits.at[which], columns))
    return [*found, _cart(visits, people, seed), _wishes(visits, people)]


def _done(event: str, lead: Ints, at: Ints, columns: dict[str, pa.Array]) -> Happenings:
    return Happenings(event=event, lead=lead, at=at, verdict=HUMAN, properties=columns)


def _place(goal: Goal, visits: Visits, which: Ints) -> dict[str, pa.Array]:
    """Return path, url and session of what is done at the end of those visits."""
    only = np.zeros_like(which)
    return {
        "path": words([PAGE_OF[goal]], only),
        "url": words([SITE + PAGE_OF[goal]], only),
        "session_id": session_ids(which, len(visits.lead)),
    }


def _subject(goal: Goal, detail: Ints) -> dict[str, pa.Array]:
    """Return which paper was downloaded, or which webinar was registered for."""
    if goal == Goal.DOWNLOAD:
        files = [f"{SITE}/files/{title.lower().replace(' ', '-')}.pdf" for title in CONTENTS]
        return {"title": words(CONTENTS, detail), "url": words(files, detail)}
    if goal == Goal.REGISTER:
        return {"title": words(WEBINARS, detail % len(WEBINARS))}
    return {}


def _cart(visits: Visits, people: People, seed: int) -> Happenings:
    """Return `Product Added`: a third of the carts get a second product within two minutes."""
    rng, once = dice(seed, "carts"), np.flatnonzero(visits.goal == Goal.CART)
    more = once[rng.random(len(once)) < SECOND_PRODUCT]
    product = np.concatenate([visits.detail[once], rng.integers(1, len(PRODUCTS), len(more))])
    later = np.concatenate([np.zeros_like(once), rng.integers(20, 120, len(more)) * SECOND])
    rows: Ints = np.concatenate([once, more])
    columns = _place(Goal.CART, visits, rows) | _offer(product, people.country[visits.lead[rows]])
    return _done("Product Added", visits.lead[rows], visits.at[rows] + later, columns)


def _wishes(visits: Visits, people: People) -> Happenings:
    which = np.flatnonzero(visits.goal == Goal.WISHLIST)
    lead = visits.lead[which]
    columns = _place(Goal.WISHLIST, visits, which) | _offer(visits.detail[which], people.country[lead])
    return _done("Product Added to Wishlist", lead, visits.at[which], columns)


def _offer(product: Ints, country: Ints) -> dict[str, pa.Array]:
    """Return a product with its price; the number is the same in every currency."""
    prices = np.array([price for _, price in PRODUCTS])
    return {
        "product": words([name for name, _ in PRODUCTS], product),
        "price": pa.array(prices[product]),
        "currency": words([CURRENCY_OF.get(code, "USD") for code, _, _ in COUNTRIES], country),
    }
