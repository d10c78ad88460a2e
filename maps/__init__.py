"""How the ground is shown: it is given its data and knows no database."""
