"""Where the files are that the window reads: kept apart from the settings, which are slow to import."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
