"""Writes of whole files: each runs inside the caller's transaction and reports what it did."""
