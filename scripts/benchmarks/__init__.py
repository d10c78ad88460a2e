"""Measurements: each runs us and a peer, or us and the limit, in one go and prints the ratio."""
