"""How fast is it, beside what a good engine needs merely to group the same rows? `make bench`."""
