"""The people who use it: who comes in, as what, and in which teams."""
