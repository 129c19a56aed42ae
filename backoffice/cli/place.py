"""Where a command works: the data directory and its settings."""

import argparse
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backoffice.domain.errors import InvalidInput
from backoffice.settings import Settings


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Add ``--data-dir``."""
    parser.add_argument(
        "--data-dir", type=Path, help="where the data is kept (the usual place of this system)"
    )


def load_settings(options: argparse.Namespace, **given: Any) -> Settings:  # noqa: ANN401 - any setting
    """Read the settings of the data directory. InvalidInput names the first that can not be used."""
    try:
        return Settings.load(options.data_dir, **given)
    except ValidationError as faults:
        fault = faults.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise InvalidInput(f"The setting {name} can not be used: {fault['msg']}.") from None
    except ValueError as fault:
        raise InvalidInput(f"The settings file can not be read: {fault}.") from None
