"""Tiles under load: ours and others, in one run over the same district."""
