"""The invariants, one small function each: ``(connection, ledgers) -> violations``. Read-only, all of them."""
