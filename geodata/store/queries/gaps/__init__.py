"""Gaps of today, each kind by its definition: what a town has to do something about."""
