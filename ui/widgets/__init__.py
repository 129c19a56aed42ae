"""Shared widgets: each shows one thing well, in both themes, and has a name for assistive technology."""
