"""The demo district: real names and codes of divisions, everything else made up by a seed.

Lengths are metres in a local plane (EPSG:4548, x east, y north) until `build` turns the finished
ground into degrees.
"""
