"""``backofficectl serve``: the inbound application alone, beside workers that run elsewhere."""

import argparse
import asyncio

from backoffice.cli import working
from backoffice.cli.logs import log_to_stderr
from backoffice.cli.place import load_settings
from backoffice.settings import Settings

add_arguments = working.add_arguments


def run_with(options: argparse.Namespace) -> None:
    """Receive until told to stop."""
    from backoffice.external.serving import until_told

    log_to_stderr()
    given = {
        name: getattr(options, name)
        for name in ("inbound_host", "inbound_port")
        if getattr(options, name) is not None
    }
    settings = load_settings(options, **given)
    until_told(lambda stop: _serve(settings, stop), until_stdin_closes=options.until_stdin_closes)


async def _serve(settings: Settings, stop: asyncio.Event) -> None:
    from backoffice.bootstrap import open_backoffice
    from backoffice.external.serving import say_ready
    from backoffice.inbound import build_inbound, serve_inbound

    office = await open_backoffice(settings)
    try:
        app = build_inbound(office.order_sync, office.store)
        await serve_inbound(
            app, settings.inbound_host, settings.inbound_port, lambda url: say_ready(url=url), stop
        )
    finally:
        await office.close()
