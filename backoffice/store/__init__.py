"""The database: engine, tables, migrations, and `Store`, the one way to run a transaction."""
