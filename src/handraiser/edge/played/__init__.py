"""The made company lives: its year is played through the real flows, and goes on while it is served."""
