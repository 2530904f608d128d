"""The teams that share leads: who is in them, whose turn it is, and where leads would have gone."""
