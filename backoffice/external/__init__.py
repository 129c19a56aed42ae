"""The outside world: one folder per wall socket, each a port and its adapters, unaware of each other."""
