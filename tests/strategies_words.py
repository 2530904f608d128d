"""Of which words are generated agreements made: conditions, point expressions, weights and bounds?

The first of a list is the simplest. Every condition reads columns of `strategies`, and meets there values
that make it true, false and unknown.
"""

from __future__ import annotations

EVENT_NAMES = ["Page Viewed", "Content Downloaded", "Email Opened", "Unsubscribed", "Subscribed"]

GIANT_EVENT = "Cart Filled"

LEAD_CONDITIONS = [
    "lead.country = 'US'",
    "lead.country <> 'US'",
    "lead.country is null",
    "lower(lead.country) = 'us'",
    "lead.country ilike 'u%'",
    "lead.country not like '_S'",
    "coalesce(lead.country, 'US') = 'US'",
    "length(lead.country) = 2",
    "lead.seats >= 10",
    "lead.seats between 5 and 10",
    "lead.seats / (lead.seats - 10) > 1",
    "lead.seats % 3 = 1",
    "round(lead.seats / 4) = 3",
    "round(lead.seats / 8, 1) = 1.6",
    "cast(lead.seats as integer) = 12",
    "abs(lead.seats - 12) <= 2",
    "lead.seats = '10'",
    "lead.seats in (5, 10, null)",
    "case when lead.vip then lead.seats > 5 else lead.seats > 50 end",
    "lead.seats - 7",
    "lead.vip",
    "not lead.vip",
    "lead.vip = 'true'",
    "lead.size_text > 9",
    "cast(lead.size_text as double) <= 10",
    "lead.flag_text",
    "not lead.flag_text",
    "lead.company_id = 'c1'",
    "lead.email_kind = 'free'",
    "lead.email_kind in ('business', 'disposable')",
    "listed(lead.email_domain, 'rivals')",
    "not listed(lead.email_domain, 'rivals')",
    "lead.unsubscribed",
    "lead.unsubscribed",
    "not lead.unsubscribed",
]
COMPANY_CONDITIONS = [
    "company.employees between 50 and 500",
    "company.employees > lead.seats",
    "least(lead.seats, company.employees) > 5",
    "company.industry in ('it', 'law')",
    "company.industry not in ('it', 'law')",
    "company.industry is not null",
    "company.is_customer",
    "company.is_customer",
    "not company.is_customer",
    "company.is_customer is null",
]
EVENT_CONDITIONS = [
    "title = 'A'",
    "title in ('A', 'B')",
    "title is null",
    "upper(title) <> 'A'",
    "title like '%b%' or title is null",
    "starts_with(path, '/pricing')",
    "path like '/pricing%'",
    "ends_with(path, 'x') or contains(path, 'g_x')",
    "seconds >= 30",
    "seconds % 7 = 2",
    "price > 0",
    "price / divisor > 1",
    "not (price / divisor > 1)",
    "nullif(divisor, 0) is null",
    "code > 10",
    "code in (5, 7)",
    "listed(title, 'rivals')",
    "case when title = 'A' then seconds else price end > 20",
]
MIXED_LEAD_CONDITIONS = [
    "lead.mixed = '5'",
    "lead.mixed = 5",
    "lead.mixed = '7'",
    "lead.mixed > 4",
    "lead.mixed in ('x', '7', 'true')",
    "lead.mixed",
    "lead.mixed <> ''",
    "length(lead.mixed) = 1",
    "lower(lead.mixed) = 'true'",
    "lead.flags",
    "lead.flags = 1",
    "lead.flags = 'true'",
    "lead.country = ''",
    "lead.country > ''",
    "coalesce(nullif(lead.country, ''), 'US') = 'US'",
    "lead.born >= '2026-03-01'",
    "lead.born = '2026-03-08'",
    "lead.born like '2026-%'",
    "lead.born is null",
    "lead.email_domain = 'acme.example'",
    "lead.email_domain is null",
    "lead.email_kind = 'disposable'",
    "lead.company_id = '7'",
    "company.company_id = '7'",
    "company.company_id is null",
    "company.employees >= 50",
    "company.employees = '120'",
    "company.industry = ''",
    "company.industry = '7'",
]
MIXED_EVENT_CONDITIONS = [
    "mixed = '5'",
    "mixed = 5",
    "mixed = '7'",
    "mixed > 4",
    "not mixed",
    "mixed = ''",
    "seconds = 30",
    "seconds = '30'",
    "seconds = '29'",
    "seconds > ''",
    "title = ''",
    "title is null",
    "title = 'A'",
    "price >= 20",
    "price is null",
    "extra = 5",
    "extra = '7'",
    "extra <> ''",
    "event is null",
    "lead_id is null",
    "day > '2026-03-01'",
    "day = '2025-12-31'",
    "case when day < '2026' then mixed else seconds end > 5",
]
MIXED_POINT_EXPRESSIONS = ["mixed", "seconds", "extra", "price", "code", "coalesce(mixed, 1)", "price > 10"]
MIXED_FIT_EXPRESSIONS = ["lead.mixed", "lead.flags", "lead.vip", "company.employees", "lead.born"]
POINT_EXPRESSIONS = [
    "price",
    "-price",
    "price / divisor",
    "seconds % divisor",
    "-seconds % 7",
    "least(price / 100, 25)",
    "case when title = 'A' then 3 else -2 end",
    "coalesce(price, 1)",
    "nullif(seconds, 30)",
    "greatest(price, seconds) / 8",
    "round(price) + floor(seconds / 7) * 0.5",
    "code",
]
FIT_EXPRESSIONS = [
    "lead.seats / 4",
    "company.employees / 100",
    "case when lead.vip then 8 else 2 end",
    "coalesce(lead.seats, 1) * 0.5",
    "10 / (lead.seats - 10)",
]
WEIGHTS = [10, 5, 3, 1, 8, 6, 20, 0.5, 0.0078125, 0.0234375, 2.5, 1000, 0, -1, -5, -0.0078125]
HUGE = 1_000_000_000
BOUNDS = [1, 3, 5, 2.5, 4, 10, 0.5, 7.5, 0.007813, 0.015625, 6, 12, 20, 0, -1]
LIMITS: list[dict[str, float]] = [
    {"max": 8},
    {"max": 0.5},
    {"min": 2},
    {"min": -3},
    {"min": 0},
    {"min": -2, "max": 12},
    {"min": 1, "max": 4},
]
SCORE_LIMITS = [{"min": -20}, {"max": 25}, {"min": 3, "max": 40}, {"min": -2_000_000_000}]
GRADES = [{"A": 10, "B": 5, "C": 0.5}, {"A": 3}, {"C": -4, "B": 2.5, "A": 2.507813}]
GRADE_CONDITIONS = ["grade = 'A'", "grade in ('A', 'D')", "grade <> 'D'", "grade != 'A'"]
OPERATORS = [">", ">="] * 5 + ["<", "<=", "=", "<>"]
COUNTED = [">= 2", "> 0", "= 1", "<> 1", "between 2 and 3", "in (1, 3)", "> 1 + 1"]
THEME_CONDITIONS = {"customers": "company.is_customer", "mail": "lead.unsubscribed", "silence": "quiet"}
NEVER = ["lead.unsubscribed", "company.is_customer", "lead.unsubscribed or company.is_customer"]
RULE_EVENTS = [*EVENT_NAMES[:4], *EVENT_NAMES[:2], [EVENT_NAMES[0], EVENT_NAMES[1]], EVENT_NAMES[:3]]
FEW_EVENTS = ["Page Viewed", "Content Downloaded", ["Page Viewed", "Content Downloaded"]]
LISTS = {"rivals": ["rival.example", "A", "other.example"]}
REASONS = ["not_ready", "no_budget"]  # and `bad_data`, which disqualifies
