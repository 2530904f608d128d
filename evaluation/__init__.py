"""What do agreements written by judgement find in public data? `python -m evaluation --data DIR`."""
