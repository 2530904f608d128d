"""What would change, had an agreement other numbers? A process of its own holds the history to ask."""
