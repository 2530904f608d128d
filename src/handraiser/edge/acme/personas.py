"""Who comes to the made company, and what is planted in them?

Every number here is a probability or a mean that the data were made with: the known truth that a
learner should find again. The README of the example shows this table.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from .dice import Floats, Ints

__all__ = ["NAMES", "PERSONAS", "Persona", "Pool", "by_lead", "number_of"]

Pool = str  # "market", "customers", "gateways" or "rivals": the companies a persona works for


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of person.

    share          of all leads
    old            is known since before the year begins
    pool, employed, target   where they work: at all; of the market, in a US company of 50 to 500
    free           writes from a free mailbox
    chief, director          their rank (vice presidents count as chiefs)
    subscribed, opens, clicks, unsubscribes   of the newsletter; the last three per mail
    sessions, span, pages    visits in their days of interest, and pages in each
    guide, content           downloads the CRM Implementation Guide; another paper
    webinar, attends         registers for a webinar in those days; comes when registered
    demo, trial, cart, wishlist   does it once in those days
    comeback       returns for a second time of interest two to four months later
    buys           would buy, if sales does its work
    accepted       sales accepts the hand-off
    sql            becomes an SQL once accepted, for one who would not buy (else 0.80)
    touch          weights of the first way to the site, in the order of CAMPAIGNS
    taste          weights of pages: home, product, pricing, blog, docs, careers
    """

    name: str
    share: float
    old: float
    pool: Pool = "market"
    employed: float = 1.0
    target: float = 0.0
    free: float = 0.0
    chief: float = 0.05
    director: float = 0.10
    subscribed: float = 0.0
    opens: float = 0.0
    clicks: float = 0.0
    unsubscribes: float = 0.0
    sessions: float = 0.0
    span: float = 30.0
    pages: float = 3.0
    guide: float = 0.0
    content: float = 0.0
    webinar: float = 0.0
    attends: float = 0.0
    demo: float = 0.0
    trial: float = 0.0
    cart: float = 0.0
    wishlist: float = 0.0
    comeback: float = 0.0
    buys: float = 0.0
    accepted: float = 0.0
    sql: float = 0.0
    touch: tuple[float, ...] = (3, 4, 1, 1, 2, 1, 1, 1, 0)
    taste: tuple[float, ...] = (3, 3, 1, 2, 1, 1)


PERSONAS = (
    Persona(
        name="champion", share=0.10, old=0.15, target=0.65, free=0.06, chief=0.22, director=0.28,
        subscribed=0.55, opens=0.45, clicks=0.25, unsubscribes=0.006, sessions=9, span=55, pages=4.0,
        guide=0.50, content=0.45, webinar=0.30, attends=0.60, demo=0.38, trial=0.20, cart=0.22, wishlist=0.15,
        comeback=0.25, buys=0.45, accepted=0.85, sql=0.18,
        touch=(3, 4, 1, 2, 4, 4, 3, 1, 0), taste=(3, 6, 3, 1, 2, 0),
    ),
    Persona(
        name="researcher", share=0.12, old=0.20, target=0.30, free=0.15, chief=0.03, director=0.12,
        subscribed=0.60, opens=0.40, clicks=0.20, unsubscribes=0.010, sessions=8, span=200, pages=3.5,
        guide=0.35, content=0.80, webinar=0.08, attends=0.40, demo=0.02, trial=0.03, cart=0.03, wishlist=0.10,
        comeback=0.05, buys=0.03, accepted=0.45, sql=0.08,
        touch=(2, 6, 1, 2, 2, 1, 3, 1, 0), taste=(2, 2, 0.6, 8, 2, 0.2),
    ),
    Persona(
        name="student", share=0.10, old=0.05, employed=0.0, free=1.0, chief=0.0, director=0.0,
        subscribed=0.30, opens=0.20, clicks=0.08, unsubscribes=0.030, sessions=4, span=25, pages=4.0,
        guide=0.50, content=0.40, webinar=0.10, attends=0.50, demo=0.01, trial=0.08, wishlist=0.02,
        accepted=0.05, touch=(1, 5, 0, 1, 1, 0, 0, 1, 8), taste=(2, 2, 1, 8, 1, 3),
    ),
    Persona(
        name="competitor", share=0.01, old=0.40, pool="rivals", free=0.30, chief=0.05, director=0.20,
        subscribed=0.80, opens=0.60, clicks=0.20, sessions=14, span=330, pages=5.0,
        guide=0.80, content=0.80, webinar=0.12, attends=0.70, demo=0.15, trial=0.30, wishlist=0.05,
        accepted=0.10, touch=(6, 4, 1, 0, 1, 1, 1, 0, 0), taste=(1, 6, 5, 1, 3, 1),
    ),
    Persona(
        name="customers_colleague", share=0.05, old=0.60, pool="customers", free=0.03, chief=0.05,
        director=0.12,
        subscribed=0.40, opens=0.40, clicks=0.15, unsubscribes=0.010, sessions=5, span=200, pages=3.0,
        guide=0.15, content=0.25, webinar=0.10, attends=0.60, demo=0.05, trial=0.03, cart=0.04,
        buys=0.05, accepted=0.30, sql=0.10, touch=(8, 3, 2, 0, 0.5, 0, 0.5, 0, 0),
        taste=(2, 2, 0.5, 1, 8, 0.2),
    ),
    Persona(
        name="dead_mailbox", share=0.08, old=0.70, pool="gateways", chief=0.06, director=0.10,
        subscribed=1.0, touch=(0, 0, 0, 1, 0, 0, 0, 0, 0),
    ),
    Persona(
        name="newsletter_only", share=0.26, old=0.45, employed=0.85, target=0.30, free=0.15, chief=0.05,
        director=0.10, subscribed=1.0, opens=0.35, clicks=0.12, unsubscribes=0.012, sessions=0.8, span=250,
        pages=2.0, guide=0.06, content=0.10, webinar=0.02, attends=0.40, demo=0.004, trial=0.004, cart=0.005,
        wishlist=0.01, buys=0.01, accepted=0.50, sql=0.08, touch=(2, 5, 0, 1, 1, 0.3, 2, 1, 0.5),
        taste=(2, 1, 0.3, 8, 0.5, 0.5),
    ),
    Persona(
        name="passer_by", share=0.28, old=0.10, employed=0.90, target=0.30, free=0.15, chief=0.05,
        director=0.10,
        subscribed=0.12, opens=0.20, clicks=0.06, unsubscribes=0.040, sessions=1.2, span=15, pages=2.5,
        guide=0.12, content=0.20, webinar=0.04, attends=0.35, demo=0.022, trial=0.018, cart=0.02,
        wishlist=0.02,
        comeback=0.04, buys=0.01, accepted=0.55, sql=0.12, touch=(3, 5, 0, 1, 3, 1, 2, 5, 1),
        taste=(5, 4, 1, 2, 0.5, 0.5),
    ),
    # The buyers of former years, one for each customer company, whatever their share would be.
    Persona(
        name="customer", share=0.0, old=1.0, pool="customers", chief=0.20, director=0.30,
        subscribed=0.50, opens=0.40, clicks=0.10, unsubscribes=0.004, sessions=3, span=300, pages=3.0,
        webinar=0.05, attends=0.60, accepted=0.50, touch=(8, 2, 2, 0, 0, 0, 0, 0, 0),
        taste=(2, 1, 0.2, 1, 10, 0.1),
    ),
)  # fmt: skip

NAMES = tuple(p.name for p in PERSONAS)


def number_of(name: str) -> int:
    """Return the position of the persona of that name in PERSONAS."""
    return NAMES.index(name)


def by_lead(persona: Ints, trait: Callable[[Persona], float]) -> Floats:
    """Return what each lead's persona has of a trait."""
    return np.array([trait(p) for p in PERSONAS], dtype=np.float64)[persona]
