"""Geometry and coordinates: datums, vector files, OpenStreetMap extracts; no database."""
