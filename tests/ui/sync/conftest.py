"""The real service layer of ``tests/ui/offices.py``."""

from tests.ui.offices import dom, office, strings

__all__ = ["dom", "office", "strings"]
