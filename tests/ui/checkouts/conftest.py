"""The whole service layer of ``tests/services/desk.py``: checkouts really fail here, on a clock moved by hand."""

from tests.services.conftest import demo_database, desk

__all__ = ["demo_database", "desk"]
