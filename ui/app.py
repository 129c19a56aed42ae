"""From the first paint to the last: how the desk starts, and how it closes in order.

1. the window is painted; only PySide6 was imported until then;
2. the rest of the program is imported in a thread, while the window says what it waits for;
3. this desk claims its data directory; when there is a desk already, that one is shown and this one leaves;
4. in the demo the simulated outside world is started, then the service layer is opened;
5. somebody signs in, works, signs out;
6. closing goes the way back: what screens started, the service layer, the world, the claim, the loop.
"""

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from ui.arguments import Arguments
from ui.errors import Reporter
from ui.garbage import GarbageCollector
from ui.shell.window import Window
from ui.theme import Theme

_THREADS = 8
_LISTEN = 300  # ms: how soon a signal sent to the process is noticed


def run(arguments: Arguments) -> int:
    """Start, work, close; return the exit code of the process."""
    os.environ["QT_API"] = "pyside6"
    if arguments.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication([sys.argv[0]])
    application.setApplicationName("Backoffice")
    application.setDesktopFileName("backoffice")
    application.setQuitOnLastWindowClosed(False)
    Theme.active()
    reporter = Reporter()
    reporter.install()
    window = Window()
    window.show()
    paint()
    return _run_loop(application, window, reporter, arguments)


def paint() -> None:
    """Let the window be painted before anything else happens."""
    QCoreApplication.sendPostedEvents()
    QCoreApplication.processEvents()


def _run_loop(application: QApplication, window: Window, reporter: Reporter, arguments: Arguments) -> int:
    from qasync import QEventLoop

    from ui.session import Session

    def make_loop() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = QEventLoop(application)
        loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="desk"))
        return loop

    with asyncio.Runner(loop_factory=make_loop) as runner:
        garbage = GarbageCollector()
        session = Session(arguments, window, reporter=reporter, garbage=garbage)
        # Python sees a signal only when it runs; a timer lets it.
        pulse = QTimer()
        pulse.timeout.connect(_nothing)
        pulse.start(_LISTEN)
        signal.signal(signal.SIGTERM, session.ask_to_close)
        reporter.install_loop(runner.get_loop())
        try:
            return runner.run(session.run())
        finally:
            garbage.stop()


def _nothing() -> None:
    pass
