"""Which values do the columns of generated cases hold?

The conditions of `strategies_words` meet here what makes them true, false and unknown. In the theme `mixed` a
column holds values of several kinds, empty texts and days, and a key of `properties` has a column's name.
"""

from __future__ import annotations

from datetime import date
from typing import Any

Values = dict[str, list[Any]]

LEAD_VALUES: Values = {
    "email": ["a@gmail.com", "b@mailinator.com", "c@acme.example", "d@rival.example", None],
    "country": ["US", "us", "DE", "USA", None],
    "seats": [5, 10, 12.5, 7, 0, None],
    "vip": [True, False, None],
    "size_text": ["9", " 12 ", "1e1", "many", "-3.5", "nan", None],
    "flag_text": ["yes", "F", "0", "True", "perhaps", None],
}
COMPANY_VALUES: Values = {
    "employees": [4, 50, 120, 500, None],
    "industry": ["it", "law", "food", None],
}
EVENT_VALUES: Values = {
    "title": ["A", "B", "a", "abc", None],
    "path": ["/pricing", "/pricing/x", "/blog_x", None],
    "seconds": [30, 29, 2, 9, 30.5, None],
    "price": [0, 100, 2.5, 0.0078125, 20, -3, None],
    "divisor": [0, 1, 2, 8, -4, None],
    "code": ["5", "7.0", " 12", "x", None],
}

DAYS = [date(2026, 3, 1), date(2026, 3, 8), date(2025, 12, 31), None]
MIXED_LEAD_VALUES: Values = {
    "email": [
        *("a@gmail.com", "Ann@ACME.Example ", "b@x.mailinator.com", "@gmail.com", "c@localhost"),
        *("d@@rival.example", "e @gmail.com", "f@gmail .com", "", 5, None),
    ],
    "country": ["US", "", "DE", " ", None],
    "mixed": [5, "5", "x", 7.0, "", True, 2.5, None],
    "flags": [True, 1, 0, False, None],
    "born": DAYS,
}
MIXED_COMPANY_VALUES: Values = {
    "employees": [4, "50", 120.0, "", None],
    "industry": ["it", "", 7, None],
}
MIXED_EVENT_VALUES: Values = {
    "title": ["A", "", "B", None],
    "seconds": [30, "30", "", 29.0, True, None],
    "price": [0, 100, 2.5, None, None],
    "mixed": [5, "5", "x", 7.0, "", False, None],
    "day": DAYS,
}
MIXED_PROPERTIES: list[Any] = [
    None,
    {"price": 100},
    {"Price": 20, "extra": 5},
    {"extra": "5", "event": "Page Viewed"},
    {"extra": 7.0, "title": "A"},
    {"TITLE": "B", "extra": ""},
    {"extra": True, "lead_id": "l1"},
]
