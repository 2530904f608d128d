"""One lead: who it is, what it did, and what is being made of it."""
