"""How are outcomes, costs and the planted truth written down?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .arrival import Arrived
from .catalogue import CAMPAIGNS, COUNTRIES, CURRENCY_OF, REPS, RIVALS
from .dice import DAY, Floats, Ints, dice, instants, words
from .market import Market
from .people import NEVER, People, lead_ids
from .personas import NAMES
from .sales import CUSTOMER, LOST, OPPORTUNITY, REASONS, STAGES, Story

__all__ = ["cost_rows", "outcome_rows", "truth_rows"]

SEAT_PRICE = 380.0
CLICKS_OF_STRANGERS = 5.0  # paid clicks by people who never became leads, for each by one who did
NEWSLETTER_COST, WEBINAR_COST = 240.0, 950.0

NOTES = {
    "": ("", "Good call, follow up next week.", "Knows what they want.", "Asked about price and roll-out."),
    "not_ready": ("Nice talk, nothing before next year.", "Still comparing, no project yet.", "Too early."),
    "no_budget": ("Loves it, cannot pay for it.", "Budget is frozen until autumn.", "We are too expensive."),
    "no_response": ("Four calls, two mails, silence.", "Voicemail again.", "Never answers."),
    "expired": ("",),
    "wrong_person": ("Only wanted the PDF.", "Already works with our customer team.", "Does not decide."),
    "bad_data": ("Number does not exist.", "A student, wrote a thesis.", "Mail bounces. Waste of time."),
    "competitor": ("Works for a rival, fishing for prices.", "Competitor again, please filter them!"),
}
LOST_TO = (*(name for name, _ in RIVALS), "spreadsheet", "")


def outcome_rows(story: Story, people: People, market: Market, seed: int) -> pa.Table:
    """Return the outcomes input: stages, reasons, amounts of deals, whom one was lost to, notes of sales."""
    rng, size = dice(seed, "ledger"), len(story.lead)
    company = people.company[story.lead]
    seats = np.where(company >= 0, np.maximum(3, market.employees[company] * 0.3), 3)
    worth = np.exp(dice(seed, "worth").normal(0.0, 0.4, len(people.persona)))[story.lead]
    amount = np.round(seats * SEAT_PRICE * worth, -1)
    deal = np.isin(story.stage, [OPPORTUNITY, CUSTOMER])
    rival = np.where(story.stage == LOST, rng.integers(0, len(LOST_TO), size), len(LOST_TO) - 1)
    currency = [CURRENCY_OF.get(code, "USD") for code, _, _ in COUNTRIES]
    machine = story.reason == REASONS.index("expired")
    rep = dice(seed, "reps").integers(0, len(REPS), len(people.persona))[story.lead]
    return pa.table(
        {
            "lead_id": words(lead_ids(len(people.persona)), story.lead),
            "stage": words(STAGES, story.stage),
            "at": instants(story.at),
            "reason": words(REASONS, story.reason),
            "amount": pa.array(amount, mask=~deal),
            "currency": words(currency, np.where(deal, people.country[story.lead], -1)),
            "competitor": words(LOST_TO, np.where(rival == len(LOST_TO) - 1, -1, rival)),
            "note": _notes(story, rng.random(size)),
            "by": words([*REPS, "system"], np.where(machine, len(REPS), rep)),
        }
    )


def _notes(story: Story, draw: Floats) -> pa.DictionaryArray:
    """Return what the rep wrote down, in one of the phrases for the reason."""
    phrases = [NOTES[reason] for reason in ("", *REASONS)]
    begins = np.cumsum([0, *(len(p) for p in phrases)])
    counts = np.array([len(p) for p in phrases])
    kind = story.reason + 1
    vocabulary = [note for group in phrases for note in group]
    position = begins[kind] + (draw * counts[kind]).astype(np.int64)
    empty = np.array([not note for note in vocabulary])[position]
    return words(vocabulary, np.where(empty, -1, position))


def cost_rows(arrived: Arrived, *, seed: int, start: int, end: int) -> pa.Table:
    """Return the costs input: paid clicks by day and campaign, the newsletter and webinars by month."""
    first, days = start // DAY, (end - start) // DAY
    rows = _paid_clicks(arrived, seed, int(first), int(days))
    for day in range(int(first) + 15, int(first + days), 30):
        rows.append((day, "newsletter", "email", NEWSLETTER_COST))
        rows.append((day, "webinar-series", "webinar", WEBINAR_COST))
    rows.sort()
    days_of_rows, campaigns, channels, amounts = zip(*rows, strict=True)
    return pa.table(
        {
            "day": pa.array(days_of_rows, pa.int32()).cast(pa.date32()),
            "campaign": pa.array(campaigns, pa.string()),
            "channel": pa.array(channels, pa.string()),
            "amount": pa.array(amounts, pa.float64()),
            "currency": pa.array(["USD"] * len(rows), pa.string()),
        }
    )


def _paid_clicks(arrived: Arrived, seed: int, first: int, days: int) -> list[tuple[int, str, str, float]]:
    """Return what the clicks of each day cost; most are by people who never gave their name."""
    rng, rows = dice(seed, "costs"), []
    clicked = pc.equal(arrived.event, "Ad Clicked")
    campaign_of = arrived.table["utm_campaign"].filter(clicked)
    day = arrived.at[clicked.to_numpy(zero_copy_only=False)] // DAY - first
    for campaign in (c for c in CAMPAIGNS if c.click > 0):
        own = np.bincount(
            day[pc.equal(campaign_of, campaign.name).to_numpy(zero_copy_only=False)], minlength=days
        )
        clicks = own[:days] + rng.poisson(CLICKS_OF_STRANGERS * max(own.mean(), 0.01), days)
        cost = np.round(clicks * campaign.click * rng.lognormal(0.0, 0.15, days), 2)
        rows += [
            (first + int(d), campaign.name, campaign.channel, float(cost[d])) for d in np.flatnonzero(clicks)
        ]
    return rows


def truth_rows(people: People, handed: Ints, end: int) -> pa.Table:
    """Return what was planted in each lead: what no input shows and a learner should find."""
    size = len(people.persona)
    shown = np.flatnonzero(people.created < end)
    columns = {
        "lead_id": words(lead_ids(size), np.arange(size)),
        "persona": words(NAMES, people.persona),
        "buys": pa.array(people.buys),
        "gateway": pa.array(people.gateway),
        "interest_from": instants(people.interest_from),
        "handed_at": instants(handed, handed == NEVER),
    }
    return pa.table(columns).take(pa.array(shown))
