"""How people come in: invitation, password, second factor, another's sign-in."""
