"""Tiles at full speed: kept while they hold, told when they do not."""
