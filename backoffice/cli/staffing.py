"""``backofficectl add-staff LOGIN``: the first supervisor of a desk with real data, and anybody after."""

import argparse
import asyncio
import getpass
import sys

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.domain.errors import InvalidInput
from backoffice.domain.staff import SYSTEM, Role
from backoffice.settings import Settings

_ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("login", help="what is typed to sign in")
    parser.add_argument("--name", required=True, help="what others see")
    parser.add_argument("--role", choices=_ROLES, required=True, help="what they may do")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from stdin instead of asking for it"
    )


def run_with(options: argparse.Namespace) -> None:
    """Add them; the password is never an argument, for arguments can be seen by others."""
    asyncio.run(_add(load_settings(options), options, _password(from_stdin=options.password_stdin)))


async def _add(settings: Settings, options: argparse.Namespace, password: str) -> None:
    from backoffice.bootstrap import open_backoffice

    office = await open_backoffice(settings)
    try:
        member = await office.staff.add(
            SYSTEM, login=options.login, name=options.name, role=Role(options.role), password=password
        )
    finally:
        await office.close()
    print(f"{member.name} can sign in as {member.login}, {member.role.value}.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise InvalidInput("The two passwords differ.", advice="Run the command again.")
    return password
