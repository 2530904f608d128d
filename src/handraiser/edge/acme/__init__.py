"""Acme CRM: a made company with a year of history and a known truth, for the demo, examples and tests."""

from .company import AGREEMENTS, Acme, agreement_text, make_acme
from .dirt import write_dirty
from .files import EVENT_KINDS, write_acme
from .personas import PERSONAS, Persona

__all__ = [
    "AGREEMENTS",
    "EVENT_KINDS",
    "PERSONAS",
    "Acme",
    "Persona",
    "agreement_text",
    "make_acme",
    "write_acme",
    "write_dirty",
]
