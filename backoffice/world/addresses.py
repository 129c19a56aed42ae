"""Where the world's programs are reached, as settings of the store and as what its children need to know."""

import json
import secrets
from base64 import b64encode
from pathlib import Path
from typing import Any

from backoffice.settings import Settings
from backoffice.world.child import Ready


def reached_at(dom: Ready, pay: Ready, mail: Ready, secret: str) -> dict[str, Any]:
    """Return the settings that come from the simulators' ready lines."""
    host, _, port = str(mail["smtp"]).rpartition(":")
    return {
        "dom_url": dom["url"],
        "dom_secrets": (secret,),
        "payments_url": pay["url"],
        "payments_secrets": (secret,),
        "smtp_host": host,
        "smtp_port": int(port),
    }


def environment_of(settings: Settings) -> dict[str, str]:
    """Return all settings as a child reads them from its environment."""
    return {
        f"BACKOFFICE_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in settings.model_dump(mode="json").items()
    }


def control_url(ready: Ready) -> str:
    """Return where a simulator is controlled; one without a port of its own for it, at its only one."""
    return str(ready.get("control") or ready["url"])


def port_of(address: object) -> str:
    """Return the port of an address that ends in one."""
    return str(address).rpartition(":")[2]


def kept_secret(path: Path) -> str:
    """Return the secret the simulators sign with, made once per data directory."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("whsec_" + b64encode(secrets.token_bytes(32)).decode(), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
