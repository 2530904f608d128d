"""Pages where marketing and sales agree."""
