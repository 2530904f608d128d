"""What does an agreement say, and is it well said? `load` gives it or raises every mistake at once."""

from handraiser.agreement.fingerprint import canonical
from handraiser.agreement.reading import load, read

__all__ = ["canonical", "load", "read"]
