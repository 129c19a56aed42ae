"""The demo's database, as the tests of services have it."""

from tests.services.conftest import demo_database

__all__ = ["demo_database"]
