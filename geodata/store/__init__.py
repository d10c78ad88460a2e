"""The only place with SQL: tables, queries, imports and migrations over PostGIS."""
