"""What is known of a lead and its company, from when to when?

Attribute rows, company rows and the two derived truths become *states*: stretches of time in which
nothing about a lead changes. A lead has at least one state, the first from the beginning of time. Each
state says which row of the lead and which of its company hold (−1: none) when it begins (later rows of it
have equal attributes), and whether its beginning is a moment (section 7: a row began to count and changed
an attribute).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.errors import Unavailable
from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.registers import FOREVER, NEVER

__all__ = ["MOST_STATES", "Rows", "States", "UNKNOWN", "build_states", "customers_since", "winners"]

MOST_STATES = 50_000_000  # that are held at once: some 10 GB, with what an agreement says of them
UNKNOWN = 2  # a derived truth that is NULL; else 0 or 1

Ints = npt.NDArray[np.int64]


class Rows(NamedTuple):
    """Attribute rows of leads or companies, sorted by (owner, begin, valid, known, row).

    offsets  per owner, where its rows start (n + 1)
    begin    when a row begins to count; valid, known: what decides between rows that count
    row      its number in the input; signature: equal for rows with equal attributes
    company  of leads: the number of the company the row names, −1 for none
    """

    offsets: Ints
    begin: Ints
    valid: Ints
    known: Ints
    row: Ints
    signature: npt.NDArray[np.uint64]
    company: Ints


class States(NamedTuple):
    """States of all leads, in time order within a lead."""

    offsets: Ints
    start: Ints
    moment: npt.NDArray[np.uint8]
    lead_row: Ints
    company_row: Ints
    unsubscribed: npt.NDArray[np.uint8]
    is_customer: npt.NDArray[np.uint8]


@kernel
def winners(offsets, begin, valid, known):
    """Return for each row which row holds once it has begun to count (an index into the rows).

    Of several rows that begin together only the last one's answer is that of the instant.
    """
    holds = np.empty(begin.shape[0], dtype=np.int64)
    for i in range(offsets.shape[0] - 1):
        best = -1
        for k in range(offsets[i], offsets[i + 1]):
            if (
                best < 0
                or valid[k] > valid[best]
                or (valid[k] == valid[best] and known[k] > known[best])
                # Equal in both: the later in the file. Rows are sorted by number within one instant
                # only, so the number itself has to be asked.
                or (valid[k] == valid[best] and known[k] == known[best])
            ):
                best = k
            holds[k] = best
    return holds


@kernel
def _begun(at, first, end, begin):
    """Return how far the rows first..end have begun to count at the instant: the first that has not."""
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        if begin[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _row_at(at, first, end, begin, holds):
    """Return the row (an index) that holds at the instant, −1 before the first."""
    begun = _begun(at, first, end, begin)
    return holds[begun - 1] if begun > first else -1


@kernel
def customers_since(lead, at, offsets, begin, holds, company, since):
    """Lower `since` per company to the first `customer` outcome of a lead that was its lead then."""
    for k in range(lead.shape[0]):
        i = lead[k]
        row = _row_at(at[k], offsets[i], offsets[i + 1], begin, holds)
        if row >= 0 and company[row] >= 0 and at[k] < since[company[row]]:
            since[company[row]] = at[k]


@kernel
def _next_begin(after, first, end, begin):
    begun = _begun(after, first, end, begin)
    return begin[begun] if begun < end else FOREVER


@borrowing
def _says_the_same(one, other, signature):
    """Return whether two rows (−1: none) have equal attributes."""
    return one == other or (one >= 0 and other >= 0 and signature[one] == signature[other])


@kernel
def _states(lead, company, flips, since, derive_unsubscribed, derive_customer, write, out):
    """Walk through the states of every lead; count them per lead, and write them if told to."""
    l_offsets, l_begin, l_holds, l_row, l_signature, l_company = lead
    c_offsets, c_begin, c_holds, c_row, c_signature = company
    f_offsets, f_at, f_value = flips
    o_offsets, o_start, o_moment, o_lead, o_company, o_unsubscribed, o_customer = out
    for i in range(l_offsets.shape[0] - 1):
        a, b = l_offsets[i], l_offsets[i + 1]
        f, g = f_offsets[i], f_offsets[i + 1]
        made = 0
        t = np.int64(NEVER)
        row = crow = of = -1
        unsubscribed = customer = UNKNOWN
        value = -1
        while True:
            # What holds at t.
            new_row = _row_at(t, a, b, l_begin, l_holds)
            of = l_company[new_row] if new_row >= 0 else -1
            new_crow = -1
            if of >= 0:
                new_crow = _row_at(t, c_offsets[of], c_offsets[of + 1], c_begin, c_holds)
            while f < g and f_at[f] <= t:
                value = f_value[f]
                f += 1
            new_unsubscribed = UNKNOWN
            if derive_unsubscribed:
                if value >= 0:
                    new_unsubscribed = value
                elif new_row >= 0:
                    new_unsubscribed = 0
            new_customer = UNKNOWN
            if derive_customer and of >= 0:
                if since[of] <= t:
                    new_customer = 1
                elif new_crow >= 0:
                    new_customer = 0
            moment = False
            if t > NEVER:
                if new_row != row and (row < 0 or l_signature[new_row] != l_signature[row]):
                    moment = True
                if new_unsubscribed != unsubscribed:
                    moment = True
                if of >= 0:
                    before = _row_at(t - 1, c_offsets[of], c_offsets[of + 1], c_begin, c_holds)
                    if new_crow != before and (before < 0 or c_signature[new_crow] != c_signature[before]):
                        moment = True
                    if derive_customer and since[of] == t:
                        moment = True
            # Nightly exports repeat what they said the night before.
            news = (
                moment
                or t == NEVER
                or new_unsubscribed != unsubscribed
                or new_customer != customer
                or not _says_the_same(new_row, row, l_signature)
                or not _says_the_same(new_crow, crow, c_signature)
            )
            row, crow = new_row, new_crow
            unsubscribed, customer = new_unsubscribed, new_customer
            if write and news:
                to = o_offsets[i] + made
                o_start[to] = t
                o_moment[to] = moment
                o_lead[to] = l_row[row] if row >= 0 else -1
                o_company[to] = c_row[crow] if crow >= 0 else -1
                o_unsubscribed[to] = unsubscribed
                o_customer[to] = customer
            made += news
            # The next instant at which anything could change.
            after = _next_begin(t, a, b, l_begin)
            if f < g:
                after = min(after, f_at[f])
            if of >= 0:
                after = min(after, _next_begin(t, c_offsets[of], c_offsets[of + 1], c_begin))
                if derive_customer and since[of] > t:
                    after = min(after, since[of])
            if after == FOREVER:
                break
            t = after
        if not write:
            o_offsets[i + 1] = made


def build_states(
    leads: Rows,
    companies: Rows,
    flips: tuple[Ints, Ints, npt.NDArray[np.uint8]],
    since: Ints,
    *,
    derive_unsubscribed: bool,
    derive_customer: bool,
    most: int = MOST_STATES,
) -> States:
    """Return the states of every lead.

    flips: (offsets per lead, instants, values) of `lead.unsubscribed`. since: per company the instant
    from which it is a customer, FOREVER for never. Raises `Unavailable` where there are more than `most`.
    """
    lead = (
        leads.offsets, leads.begin, winners(leads.offsets, leads.begin, leads.valid, leads.known),
        leads.row, leads.signature, leads.company,
    )  # fmt: skip
    company = (
        companies.offsets, companies.begin,
        winners(companies.offsets, companies.begin, companies.valid, companies.known),
        companies.row, companies.signature,
    )  # fmt: skip
    nothing = _room(np.zeros(len(leads.offsets), dtype=np.int64), 0)
    _states(lead, company, flips, since, derive_unsubscribed, derive_customer, False, nothing)
    offsets = np.cumsum(nothing.offsets)
    if offsets[-1] > most:
        raise Unavailable(
            f"Attributes of the leads and their companies change {offsets[-1]:,} times in all, of one lead "
            f"{nothing.offsets.max():,} times; {most:,} can be held. Leave out columns that change often and "
            "that no rule reads, or score fewer leads at a time."
        )
    states = _room(offsets, int(offsets[-1]))
    _states(lead, company, flips, since, derive_unsubscribed, derive_customer, True, states)
    return states


def _room(offsets: Ints, size: int) -> States:
    start, lead_row, company_row = (np.empty(size, dtype=np.int64) for _ in range(3))
    moment, unsubscribed, is_customer = (np.empty(size, dtype=np.uint8) for _ in range(3))
    return States(offsets, start, moment, lead_row, company_row, unsubscribed, is_customer)
