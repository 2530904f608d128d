"""What is around every page: who may see it, and what it stands in."""
