"""The walls around the tests hold."""

import os
import socket
from pathlib import Path

import pytest


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError, match="only loopback is allowed"):
        outside.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(PermissionError, match="only loopback is allowed"):
        socket.getaddrinfo("backoffice.example", 80)


def test_a_test_reaches_this_machine() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as peer,
    ):
        assert peer.getpeername() == server.getsockname()


def test_a_test_has_the_home_of_nobody(home_of_nobody: Path) -> None:
    assert Path.home() == home_of_nobody
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
