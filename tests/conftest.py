"""What holds for every test: no network but loopback, no screen, nobody's home folder."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What a machine under load takes its time for is no failure.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "", None})

# Qt reads these when it is first imported, so before any fixture runs.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"
# No test may read or write the keys of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


def refuse_the_outside(event: str, arguments: tuple[object, ...]) -> None:
    """Stop a connection or a look-up that would leave this machine, whichever library tries it.

    Raises:
        PermissionError: the address is not loopback.
    """
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a string
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host not in LOOPBACK:
        message = f"a test reached for {host}: only loopback is allowed"
        raise PermissionError(message)


sys.addaudithook(refuse_the_outside)


@pytest.fixture(autouse=True, scope="session")
def home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home folder: nothing of the person who runs the tests is read or changed."""
    home = tmp_path_factory.mktemp("home")
    os.environ["HOME"] = str(home)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ.pop(name, None)
    return home
