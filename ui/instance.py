"""One desk per data directory: the second start finds the first, asks it to come forward, and leaves.

The lock file decides who is first (it knows when its owner was killed); the local socket carries "come forward".
"""

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE = 1_000  # ms for the first desk to take the call


class Instance(QObject):
    """This process's claim on a data directory."""

    called = Signal()  # a second start wants this one to come forward

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self._name = "backoffice-" + hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
        self._lock = QLockFile(str(data_dir / "desk.lock"))
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Become the desk of this directory; False when there is one already."""
        if not self._lock.tryLock(0):
            return False
        QLocalServer.removeServer(self._name)  # left behind by a desk that was killed
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        self._server.listen(self._name)
        return True

    def call_first(self) -> bool:
        """Ask the desk that is there to come forward; False when it did not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        heard = socket.waitForConnected(_PATIENCE)
        socket.disconnectFromServer()
        return heard

    def release(self) -> None:
        """Give the directory back."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _answer(self) -> None:
        if self._server is not None and (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            self.called.emit()
