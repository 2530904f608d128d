"""What if: the numbers of an agreement are changed, and the past says what would have come of it."""
