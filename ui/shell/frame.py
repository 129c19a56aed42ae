"""The desk of whoever is signed in: top bar, navigation, the screens, the demo's panel, banners.

It connects what the screens ask of each other, passes on that something was committed,
and holds every action for the palette and the shortcut sheet.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from backoffice.domain.staff import Right
from ui import icons
from ui.desk import Desk
from ui.screens import EVERYWHERE, Screen
from ui.shell.banners import Banners, Toasts
from ui.shell.demo import DemoPanel
from ui.shell.lights import Lights
from ui.shell.navigation import Navigation
from ui.shell.palette import Command, Palette
from ui.shell.search import GlobalSearch
from ui.shell.shortcuts import ShortcutSheet
from ui.shell.topbar import TopBar
from ui.theme import Theme
from ui.tone import Tone
from ui.words import tr, tr_n

_LOOK_AT_PEERS = 2_000  # ms
_RENEW_LOCKS = 60_000  # ms: what is open at this desk stays held
_SETTLE = 80  # ms: several commits close together are one refresh


class DeskFrame(QWidget):
    """Everything around the screens."""

    sign_out_wanted = Signal()

    def __init__(self, desk: Desk, kinds: Sequence[type[Screen]], demo: DemoPanel | None = None) -> None:
        super().__init__()
        self.setObjectName("shell")
        self.desk = desk
        self._kinds = tuple(kinds)
        self.screens: tuple[Screen, ...] = ()
        self.search = GlobalSearch(desk, self)
        self.lights = Lights(desk.text, desk.notify)
        self.banners = Banners(desk.notify)
        self.navigation = Navigation(self._kinds)
        self.palette_panel = Palette(self, self.commands)
        self.sheet = ShortcutSheet(self, self.commands)
        self.demo = demo
        self._actions: list[QAction] = []
        self._stack = QStackedWidget()
        self.toasts = Toasts(self._stack, desk.notify)
        self._buttons = self._make_actions()
        self._lay_out()
        self._connect()
        self._stale: set[int] = set()
        self._keep_looking()

    @property
    def current(self) -> Screen:
        """Return the screen shown."""
        return self.screens[self._stack.currentIndex()]

    def screen_of(self, name: str) -> Screen | None:
        """Return a screen by its icon's name ("calls"), None when the role may not see it."""
        return next((screen for screen in self.screens if screen.icon == name), None)

    def show_screen(self, number: int) -> None:
        """Go to a screen."""
        before = self._stack.currentIndex()
        if before != number:
            self.screens[before].left()
        self._stack.setCurrentIndex(number)
        self.navigation.show_current(number)
        self.window().setWindowTitle(f"{tr(self.current.title)} · {tr('Backoffice')}")
        if number in self._stale:
            self._stale.discard(number)
            self.current.refresh()
        self.current.entered()

    async def fill(self) -> None:
        """Make the screens one by one, so that the loop keeps turning."""
        for kind in self._kinds:
            screen = kind(self.desk)
            await asyncio.sleep(0)
            self._take_in(screen)
            await asyncio.sleep(0)

    def begin(self) -> None:
        """Show the first screen and what is left over from last time."""
        self.show_screen(0)
        if self.desk.actor.may(Right.CARTS):
            self.desk.tasks.start(self._count_unfinished(), owner=self)

    def commands(self) -> list[Command]:
        """Return every action of the desk, those of the screen shown first."""
        shown = self._stack.currentIndex()
        order = [shown, *(number for number in range(len(self.screens)) if number != shown)]
        found = [
            Command(action=action, place=tr(self.screens[number].title), enter=partial(self._enter, number))
            for number in order
            for action in self.screens[number].actions()
        ]
        found += [
            Command(action=action, place=tr("Go to"), enter=_nothing) for action in self.navigation.actions()
        ]
        return found + [Command(action=action, place=tr("Desk"), enter=_nothing) for action in self._actions]

    def _enter(self, number: int) -> None:
        if number != self._stack.currentIndex():
            self.show_screen(number)

    def _make_actions(self) -> list[QAction]:
        make = self._action
        make("search", tr("Search everything"), "Ctrl+K", "search", self.search.begin)
        make("palette", tr("Command palette"), "Ctrl+Shift+P", "keyboard", self.palette_panel.open_palette)
        keys = make("shortcuts", tr("Keys"), "?", "keyboard", self.sheet.open_sheet)
        look = make("theme", tr("Light or dark"), "Ctrl+Shift+L", "moon", Theme.active().toggle)
        buttons = [look, keys]
        if self.demo is not None:
            buttons.insert(0, make("demo", tr("Demo"), "Ctrl+Shift+D", "flask", self.demo.toggle))
        leave = make("signOut", tr("Sign out"), "Ctrl+Shift+Q", "sign-out", self.sign_out_wanted.emit)
        return [*buttons, leave]

    def _action(self, name: str, words: str, keys: str, icon: str, act: Callable[[], object]) -> QAction:
        action = QAction(words, self)
        action.setObjectName(name)
        action.setShortcut(keys)
        action.setToolTip(f"{words} ({keys})")
        icons.attach(action, icon, "muted")
        action.triggered.connect(act)
        self.addAction(action)
        self._actions.append(action)
        return action

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        middle.addWidget(self._stack, 1)
        if self.demo is not None:
            middle.addWidget(self.demo)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(TopBar(self.desk, self.search, self.lights, self._buttons))
        column.addLayout(middle, 1)
        column.addWidget(self.banners)

    def _connect(self) -> None:
        self.navigation.chosen.connect(self.show_screen)
        self.search.customer_chosen.connect(partial(self._show_on, "calls"))
        self.search.order_chosen.connect(partial(self._show_on, "orders"))
        self.search.product_chosen.connect(partial(self._show_on, "stock"))

    def _take_in(self, screen: Screen) -> None:
        number = len(self.screens)
        self.screens += (screen,)
        self._stack.addWidget(screen)
        screen.open_order.connect(partial(self._show_on, "orders"))
        screen.start_call.connect(partial(self._show_on, "calls"))
        screen.resume_call.connect(partial(self._show_on, "calls"))
        screen.open_stock.connect(partial(self._show_on, "stock"))
        screen.open_transfer.connect(partial(self._show_on, "transfers"))
        for action in screen.actions():
            if action.property(EVERYWHERE):
                self._take_everywhere(number, action)

    def _take_everywhere(self, number: int, action: QAction) -> None:
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.addAction(action)
        action.triggered.connect(partial(self._enter, number))

    def _show_on(self, name: str, subject: str) -> None:
        screen = self.screen_of(name)
        if screen is None:
            words = tr("Your role has no screen for that.")
            self.desk.notify.banner(words, Tone.INFO, advice=tr("Ask a supervisor."))
            return
        self.show_screen(self.screens.index(screen))
        screen.show_subject(subject)

    def _keep_looking(self) -> None:
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._refresh)
        unsubscribe = self.desk.office.changes.subscribe(self._settle.start)
        self.destroyed.connect(partial(_call, unsubscribe))
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_AT_PEERS)
        self._look.timeout.connect(self._look_at_peers)
        self._look.start()
        self._look_at_peers()
        self._renew = QTimer(self)
        self._renew.setInterval(_RENEW_LOCKS)
        self._renew.timeout.connect(self._renew_locks)
        self._renew.start()

    def _renew_locks(self) -> None:
        self.desk.tasks.start(self.desk.office.locks.renew(self.desk.actor), owner=self)

    def _refresh(self) -> None:
        shown = self._stack.currentIndex()
        self._stale = set(range(len(self.screens))) - {shown}
        self.current.refresh()
        if self.demo is not None:
            self.demo.refresh()

    def _look_at_peers(self) -> None:
        self.lights.show_peers(self.desk.office.health.status())

    async def _count_unfinished(self) -> None:
        count = len(await self.desk.office.carts.calls(self.desk.actor))
        if count:
            words = tr_n("One unfinished call.", "{n} unfinished calls.", count)
            advice = tr("Nothing was lost: look at Calls.")
            self.desk.notify.banner(words, Tone.INFO, advice=advice, key="unfinished")


def _nothing() -> None:
    pass


def _call(unsubscribe: Callable[[], None], _gone: QObject | None = None) -> None:
    unsubscribe()
