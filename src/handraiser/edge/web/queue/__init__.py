"""The MQLs that wait for somebody of sales, and what is said of them there."""
