"""Commands that need the demo use one that was made once."""

from tests.services.conftest import demo_database

__all__ = ["demo_database"]
