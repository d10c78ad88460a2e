"""The rules of coverage, told once, with nothing but the standard library."""
