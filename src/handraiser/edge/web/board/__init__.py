"""The board on which a manager sees what each of a team has, and gives it to others."""
