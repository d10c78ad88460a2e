"""What an actor does: each act is one transaction with its audit line."""
