"""Reads: each question has a module, and each takes the scope of who asks."""
