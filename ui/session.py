"""One run of the desk, from the import of the program to its orderly end; see ``ui.app`` for the whole story."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.staff import Actor
from ui.arguments import Arguments
from ui.desk import Desk, Notify
from ui.errors import Reporter
from ui.garbage import GarbageCollector
from ui.instance import Instance
from ui.shell.window import Window
from ui.tasks import Tasks
from ui.theme import Scheme, Theme
from ui.tone import Tone
from ui.words import tr, use_language

if TYPE_CHECKING:
    from backoffice.bootstrap import BackOffice, World
    from backoffice.settings import Settings
    from backoffice.world.child import Child
    from ui.shell.frame import DeskFrame
    from ui.shell.sign_in import SignInPage
    from ui.text import Text

_ENOUGH = 1.5  # seconds for what was just begun, such as saving a note
_LONGEST_CLOSE = 20  # seconds for one thing to close; children end with this process anyway
_LEAVE_AFTER = 4  # seconds a second start says that there is a first one


class Session:
    """Holds what was opened, to close it in reverse."""

    office: "BackOffice"
    settings: "Settings"
    text: "Text"

    def __init__(
        self, arguments: Arguments, window: Window, *, reporter: Reporter, garbage: GarbageCollector
    ) -> None:
        """Take how to start, the painted window, where bugs go and who collects garbage."""
        self.window = window
        self.notify = Notify()
        self.world: World | None = None
        self.frame: DeskFrame | None = None
        self.sign_in: SignInPage | None = None
        self.tasks = Tasks(refused=self._refused, report=reporter.report)
        self._arguments = arguments
        self._reporter = reporter
        self._garbage = garbage
        self._closing = asyncio.Event()
        self._opened: list[str] = []
        self._worker: Child | None = None
        self._instance: Instance | None = None
        self._kept: QSettings | None = None
        window.closing_wanted.connect(self.ask_to_close)
        window.starting.leave_wanted.connect(self.ask_to_close)
        reporter.reported.connect(self._show_bug)

    async def run(self) -> int:
        """Open, work until closed, close; return the exit code."""
        code = 1
        try:
            code = await self._open_and_work()
        except (Refusal, StoreUnavailable) as trouble:
            await self._can_not_go_on(trouble.sentence, trouble.advice, trouble)
        except Exception as bug:  # noqa: BLE001 - what keeps the desk from starting is said in its window
            self._reporter.report(bug)
            await self._can_not_go_on(tr("The desk could not be started."), "", bug)
        finally:
            await self._close()
        return code

    def ask_to_close(self, *_signal: object) -> None:
        """Begin to close; safe to call any number of times, also from a signal handler."""
        self._closing.set()

    async def show_sign_in(self) -> None:
        """Show the sign-in, with the demo's names when this is the demo."""
        from ui.shell.sign_in import SignInPage, SignInPresenter

        page = SignInPage(self.office.staff.demo_logins(), self.notify)
        presenter = SignInPresenter(
            partial(self.office.staff.sign_in, desk=self.settings.desk), page.show_state
        )
        page.submitted.connect(partial(self._try_in, presenter))
        self.sign_in, self.frame = page, None
        self.window.show_page(page)
        self.window.setWindowTitle(tr("Backoffice"))
        page.entered()

    async def _open_and_work(self) -> int:
        await self._import_program()
        from backoffice.world import WorldError

        try:
            if not await self._open():
                return 1
            await self.show_sign_in()
            return await self._work()
        except WorldError as trouble:
            await self._can_not_go_on(tr("The demo could not be started."), str(trouble), trouble)
            return 1

    async def _open(self) -> bool:
        from backoffice.settings import Settings
        from ui.text import Text, system_locale

        wanted = Settings.load(self._arguments.data_dir)
        demo = self._arguments.demo
        if demo is None:
            demo = wanted.demo or not (wanted.dom_url or wanted.database_url)
        self.settings = wanted.model_copy(update={"demo": demo})
        self.text = Text(system_locale())
        data_dir = self.settings.data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        if not await self._claim(data_dir):
            return False
        self._reporter.keep_log(data_dir)
        self._recall(data_dir)
        await self._open_office()
        return True

    async def _import_program(self) -> None:
        self.window.starting.wait_for(tr("Loading the program …"))
        await asyncio.get_running_loop().run_in_executor(None, _import_everything)
        self._garbage.spare_what_is_loaded()

    async def _open_office(self) -> None:
        from backoffice.bootstrap import World, open_backoffice

        if self.settings.demo:
            self.window.starting.wait_for(tr("Starting the demo's outside world …"))
            self.world = World(self.settings, on_return=self._world_says)
            self._opened.append("world")
            self.settings = await self.world.start(self.window.starting.wait_for)
        self.window.starting.wait_for(tr("Opening the database …"))
        self.office = await open_backoffice(self.settings)
        self._opened.append("office")
        await asyncio.to_thread(_warm_up, self.office, self.text)
        self.office.health.start()
        if not self.settings.demo:
            self.tasks.start(self._start_worker(), owner=self.window)

    async def _start_worker(self) -> None:
        from backoffice.world import WorldError
        from backoffice.world.own_worker import own_worker

        self._worker = own_worker(self.settings, self._world_says)
        try:
            await self._worker.start()
        except WorldError as trouble:
            self.notify.banner(str(trouble), Tone.WARN, key="worker")

    def _world_says(self, sentence: str) -> None:
        self.notify.banner(sentence, Tone.WARN, key="world")

    async def _claim(self, data_dir: Path) -> bool:
        self._instance = Instance(data_dir)
        if self._instance.claim():
            self._instance.called.connect(self.window.come_forward)
            return True
        self._instance.call_first()
        self._instance = None
        words = tr("Backoffice is already open on this data directory; its window was brought forward.")
        sys.stderr.write(f"{words} ({data_dir})\n")
        self.window.starting.fail(words)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), _LEAVE_AFTER)
        return False

    def _recall(self, data_dir: Path) -> None:
        self._kept = QSettings(str(data_dir / "desk.ini"), QSettings.Format.IniFormat)
        if not self._arguments.headless:
            self.window.restore(self._kept)
            with suppress(ValueError):
                Theme.active().use(Scheme(str(self._kept.value("theme", Scheme.SYSTEM.value))))

    async def _work(self) -> int:
        if not self._arguments.headless:
            await self._closing.wait()
            return 0
        from ui.journey import Journey

        return await Journey(self, self._arguments).run()

    def _try_in(self, presenter: object, login: str, password: str) -> None:
        if self.sign_in is not None:
            self.tasks.start(self._signing_in(presenter, login, password), owner=self.sign_in)

    async def _signing_in(self, presenter: object, login: str, password: str) -> None:
        from ui.shell.sign_in import SignInPresenter

        if isinstance(presenter, SignInPresenter):
            actor = await presenter.try_in(login, password)
            if actor is not None:
                # The page that started this goes away: what follows belongs to the window.
                self.tasks.start(self._enter(actor), owner=self.window)

    async def _enter(self, actor: Actor) -> None:
        from ui.shell.sign_in import SignInState

        page = self.sign_in
        try:
            await self.show_desk(actor)
        except BaseException:
            if page is not None and self.sign_in is page:
                page.show_state(SignInState())
            raise

    async def show_desk(self, actor: Actor) -> None:
        """Build the desk of whoever signed in, screen by screen, so that the loop keeps turning."""
        from ui.shell.demo import DemoPanel
        from ui.shell.frame import DeskFrame
        from ui.shell.registry import screens_for

        desk = Desk(office=self.office, actor=actor, tasks=self.tasks, text=self.text, notify=self.notify)
        demo = None
        if self.world is not None:
            demo = DemoPanel(self.world, tasks=self.tasks, text=self.text, notify=self.notify)
            demo.reset_wanted.connect(self._reset)
            await asyncio.sleep(0)
        frame = DeskFrame(desk, screens_for(actor), demo)
        frame.sign_out_wanted.connect(self._sign_out)
        await asyncio.sleep(0)
        self.window.add_page(frame)
        await frame.fill()
        self.sign_in, self.frame = None, frame
        self.window.show_page(frame)
        frame.begin()

    def _sign_out(self) -> None:
        if self.frame is not None:
            self.frame.current.left()
        self.tasks.start(self.show_sign_in(), owner=self.window)

    def _reset(self) -> None:
        self.tasks.start(self._begin_anew(), owner=self.window)

    async def _begin_anew(self) -> None:
        self.window.starting.wait_for(tr("Beginning anew …"))
        self.window.show_page(self.window.starting)
        await asyncio.sleep(0)
        await self._close_opened()
        if self.world is not None:
            self.world.forget()
        await self._open_office()
        await self.show_sign_in()

    def _refused(self, sentence: str, *, advice: str) -> None:
        self.notify.banner(sentence, Tone.WARN, advice=advice)

    def _show_bug(self, identity: str, details: str) -> None:
        words = tr("Something went wrong that should not have (error {id}).", id=identity)
        advice = tr("What you did last may not have happened; look before doing it again.")
        self.notify.banner(words, Tone.BAD, advice=advice, details=details)

    async def _can_not_go_on(self, sentence: str, advice: str, trouble: BaseException) -> None:
        details = "".join(traceback.format_exception(trouble))
        sys.stderr.write(f"{sentence} {advice}\n")
        self.window.show_page(self.window.starting)
        self.window.starting.fail(sentence, advice=advice, details=details)
        if not self._arguments.headless:
            await self._closing.wait()

    async def _close(self) -> None:
        if self.frame is not None:
            self.frame.current.left()  # saves what is being typed
        self.window.starting.wait_for(tr("Closing: ending what is under way …"))
        self.window.show_page(self.window.starting)
        if self._kept is not None and not self._arguments.headless:
            self.window.keep(self._kept)
            self._kept.setValue("theme", Theme.active().scheme.value)
            self._kept.sync()
        await self._bounded(self.tasks.close(patience=_ENOUGH))
        if self._worker is not None:
            await self._bounded(self._worker.stop())
        await self._close_opened()
        if self._instance is not None:
            self._instance.release()
        self._reporter.close_log()
        self.window.close_now()

    async def _close_opened(self) -> None:
        if "office" in self._opened:
            self._opened.remove("office")
            await self._bounded(self.office.close())
        if "world" in self._opened and self.world is not None:
            self._opened.remove("world")
            await self._bounded(self.world.stop())

    async def _bounded(self, step: Awaitable[None]) -> None:
        """Close one thing; whatever becomes of it, the others are closed too and the window goes."""
        try:
            async with asyncio.timeout(_LONGEST_CLOSE):
                await step
        except Exception as trouble:  # noqa: BLE001 - reported, and closing goes on
            self._reporter.report(trouble)


def _warm_up(office: "BackOffice", text: "Text") -> None:
    """What loads its tables when first asked: dates, money, countries. In a thread, so that nobody waits later."""
    from backoffice.domain.money import Money

    now = text.clock()
    for say in (text.moment, text.day, text.ago, text.ago_short):
        say(now - timedelta(days=3))
    text.money(Money(100, "USD"))
    text.number(1)
    office.customers.countries(str(text.locale))


def _import_everything() -> None:
    """What is slow to import: SQLAlchemy, DBOS, Babel, the screens. The language first: titles are said at import."""
    from ui.text import system_locale

    use_language(system_locale())
    import ui.shell.demo
    import ui.shell.frame
    import ui.shell.registry
    import ui.shell.sign_in  # noqa: F401 - imported here so that nobody waits for it later
