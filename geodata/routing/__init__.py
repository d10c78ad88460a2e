"""Which visits to make on which day, by whom, in which order, and how to get there.

The science of routes: it knows no database; `geodata.store` brings it visits and roads.
"""
