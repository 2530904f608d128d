"""A new rule from examples: some leads are chosen, and what they share becomes a rule."""
