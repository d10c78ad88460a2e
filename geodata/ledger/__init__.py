"""Workbooks and tables: what users hand in and take home; no database."""
