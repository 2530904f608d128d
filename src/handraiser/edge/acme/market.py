"""Which companies are there, and what is known of them when?"""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa

from .catalogue import COUNTRIES, INDUSTRIES, RIVALS, TRADES, TREES
from .dice import DAY, SECOND, Bools, Floats, Ints, choose, dice, instants, whole_seconds, words

__all__ = ["Market", "company_rows", "draw_market", "pool_of"]

LEADS_PER_COMPANY = 10 / 3
CUSTOMERS = 0.05
GATEWAYS = 0.15
UNKNOWN_SIZE = 0.30  # of companies at first; an enrichment service knows more, days or weeks later
GROWING = 0.15
SECTORS = 8


class Market(msgspec.Struct, frozen=True):
    """One entry for each company.

    employees   when the year begins
    gateway     its mail passes a scanner that opens every mail and follows every link
    customer    it bought before the year began
    rival       it sells what Acme sells
    popularity  how many of the leads work there
    """

    country: Ints
    employees: Ints
    gateway: Bools
    customer: Bools
    rival: Bools
    popularity: Floats

    @property
    def target(self) -> Bools:
        """Which companies Acme is made for: in the US, 50 to 500 employees, not yet customers."""
        fits: Bools = (self.country == 0) & (self.employees >= 50) & (self.employees <= 500)
        return fits & ~self.customer & ~self.rival


def draw_market(seed: int, leads: int) -> Market:
    """Return the companies for that many leads; every pool that a persona works in has at least one."""
    rng = dice(seed, "market")
    size = max(len(RIVALS) + 4, round(leads / LEADS_PER_COMPANY))
    country = choose(rng, [share for _, share, _ in COUNTRIES], size)
    employees = np.clip(np.exp(rng.normal(4.5, 1.25, size)), 2, 40_000).astype(np.int64)
    gateway = rng.random(size) < GATEWAYS
    customer, rival = np.zeros(size, bool), np.zeros(size, bool)
    rival[: len(RIVALS)] = True
    customer[len(RIVALS) : len(RIVALS) + max(1, round(size * CUSTOMERS))] = True
    first = int(np.argmin(rival | customer))
    country[first], employees[first], gateway[first] = 0, 120, True
    return Market(country, employees, gateway, customer, rival, rng.gamma(1.2, 1.0, size))


def pool_of(market: Market, name: str) -> Bools:
    """Return which companies belong to the pool that a persona works in."""
    plain: Bools = ~market.customer & ~market.rival
    pools = {
        "market": plain,
        "target": market.target,
        "customers": market.customer,
        "gateways": plain & market.gateway,
        "rivals": market.rival,
    }
    return pools[name]


def names_of(market: Market) -> list[str]:
    """Return a name for each company; the rivals have the names that sales knows them by."""
    size, names = len(market.country), [name for name, _ in RIVALS]
    for i in range(len(RIVALS), size):
        trade, rest = TRADES[i % len(TRADES)], i // len(TRADES)
        again = rest // len(TREES)
        names.append(f"{TREES[(rest + i) % len(TREES)]} {trade}" + (f" {again + 1}" if again else ""))
    return names


def domains_of(market: Market) -> list[str]:
    """Return the mail domain of each company, below the `.example` that nobody can ever own."""
    plain = [name.lower().replace(" ", "-") + ".example" for name in names_of(market)]
    return [domain for _, domain in RIVALS] + plain[len(RIVALS) :]


def company_rows(market: Market, seed: int, met_at: Ints, start: int, end: int) -> pa.Table:
    """Return the companies input: a first row for each, then what was learned of it later.

    The first row has no `valid_from` (it holds since ever, but is known only since `met_at`, when the
    first lead came). Enrichment is valid from the founding and known days later; growth is known late too.
    """
    rng, size = dice(seed, "company history"), len(market.country)
    unknown = (rng.random(size) < UNKNOWN_SIZE) & ~market.rival
    founded = start - rng.integers(3 * 365, 40 * 365, size) * DAY
    enriched_at = met_at + whole_seconds(rng.lognormal(2.0, 0.9, size) * DAY)
    grows = rng.random(size) < GROWING
    grown = np.maximum(1, (market.employees * rng.uniform(0.8, 1.9, size)).astype(np.int64))
    grew_at = start + rng.integers(0, (end - start) // DAY, size) * DAY
    grew_known_at = np.maximum(grew_at + rng.integers(0, 45 * 24 * 3600, size) * SECOND, enriched_at)
    every, some = np.arange(size), np.flatnonzero
    none = np.zeros(size, np.int64)
    parts = [
        (every, none, met_at, np.where(unknown, -1, market.employees)),
        (some(unknown), founded[unknown], enriched_at[unknown], market.employees[unknown]),
        (some(grows), grew_at[grows], grew_known_at[grows], grown[grows]),
    ]
    company, valid, known, employees = (np.concatenate([p[i] for p in parts]) for i in range(4))
    order = np.lexsort((known, company))
    order = order[(known < end)[order] & (met_at < end)[company[order]]]
    return _table(market, company[order], valid[order], known[order], employees[order])


def _table(market: Market, company: Ints, valid: Ints, known: Ints, employees: Ints) -> pa.Table:
    return pa.table(
        {
            "company_id": words([f"C{i:05d}" for i in range(1, len(market.country) + 1)], company),
            "name": words(names_of(market), company),
            "domain": words(domains_of(market), company),
            "industry": words(INDUSTRIES, (company * 7 + 3) % SECTORS),
            "country": words([code for code, _, _ in COUNTRIES], market.country[company]),
            "employees": pa.array(employees, mask=employees < 0),
            "valid_from": instants(valid, valid == 0),
            "known_at": instants(known),
        }
    )
