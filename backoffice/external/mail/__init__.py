"""Mail: the port and its adapters."""
