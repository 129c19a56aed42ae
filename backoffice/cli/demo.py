"""``backofficectl demo-data``."""

import argparse
import asyncio

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)


def run_with(options: argparse.Namespace) -> None:
    """Fill the data directory; what is there already is left alone."""
    asyncio.run(_fill(load_settings(options, demo=True)))


async def _fill(settings: Settings) -> None:
    from backoffice.bootstrap import open_backoffice

    office = await open_backoffice(settings)
    try:
        print(f"The demo's data is in {settings.data_dir}.")
        for login in office.staff.demo_logins():
            print(f"  {login.login} / {login.password}  {login.name}, {login.role.value}")
    finally:
        await office.close()
