"""The tests: sentences about behaviour. `make test` runs them on SQLite and on PostgreSQL."""
