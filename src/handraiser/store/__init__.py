"""What is kept, in SQLite or PostgreSQL: tables and their constraints. What happens to them is in `flows`."""
