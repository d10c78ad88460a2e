"""Documents that leave the system: printed sheets, workbooks, calendars, tracks.

They are given what they tell, as JSON of the interface, and know no database.
"""
