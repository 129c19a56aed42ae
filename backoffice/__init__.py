"""The embedded service layer of the desk. No Qt, ever."""
