"""The Sync screen: numbers, messages received, the opened message, and loading a stock file."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.staff import Right
from backoffice.domain.sync import InboxRow, InboxState
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.sync import columns
from ui.screens.sync.load_panel import LoadPanel
from ui.screens.sync.numbers import Numbers
from ui.screens.sync.panel import MessagePanel
from ui.screens.sync.presenter import SyncPresenter
from ui.screens.sync.state import KINDS, Filters, SyncState
from ui.tasks import Running
from ui.theme import Space
from ui.widgets import statuses
from ui.widgets.buttons import KeyHintButton, explain
from ui.widgets.labels import Hairline
from ui.widgets.listing import Listing, Look, Nothing, choice, show_choice
from ui.words import tr


class SyncScreen(Screen):
    """Watches what the DOM tells us."""

    title = "Sync"
    icon = "sync"
    right = Right.SYNCS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("syncScreen")
        self._presenter = SyncPresenter(
            order_sync=desk.office.order_sync,
            inventory=desk.office.inventory,
            actor=desk.actor,
            show=self.show_state,
            on_loop=self._on_loop,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listing: Running | None = None
        self._opening: Running | None = None
        self._make_actions()
        self._make_list()
        self._arrange()

    # What the shell tells

    def entered(self) -> None:
        self._list.entered()
        if not self._list.ever_shown and self._listing is None:
            self._filter(Filters())
        else:
            self._refresh_now()
        self._table.setFocus()

    def left(self) -> None:
        self._list.left()

    def refresh(self) -> None:
        self._list.changed()

    # One way in

    def show_state(self, state: SyncState) -> None:
        """Show the state."""
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)
        self._list.show_rows(
            state.rows, phase=state.phase, more=not state.complete, more_asked=state.more_asked
        )
        self._list.say_trouble(state.trouble)
        self._list.show_why(phase=state.phase, trouble=state.trouble, nothing=self._nothing(state.filters))
        show_choice(self._state, state.filters.state.value if state.filters.state else "")
        show_choice(self._kind, state.filters.kind)
        self._load_panel.show_load(state.load)
        self._panel.setVisible(state.panel is not None)
        self._list.make_room(opened=state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            explain(self._replay, tr("Open a message first."))
        self._list.keep_focus(self, self._panel if self._panel.isVisible() else self._state)

    def _nothing(self, filters: Filters) -> Nothing:
        if filters != Filters():
            return Nothing(
                title=tr("No message fits."), hint=tr("Show all to see the others."), action=self._all
            )
        return Nothing(
            title=tr("The DOM has told nothing yet."),
            hint=tr("When an order moves or stock changes at the DOM, the message appears here."),
        )

    # Slots

    def _filter(self, filters: Filters) -> None:
        if self._listing is not None:
            self._listing.cancel()
        self._listing = self.desk.tasks.start(self._presenter.filter(filters), owner=self)

    def _box_chosen(self, _index: int) -> None:
        value = self._state.currentData()
        self._filter(Filters(state=InboxState(value) if value else None, kind=self._kind.currentData()))

    def _figure_chosen(self, state: InboxState | None) -> None:
        self._filter(Filters(state=state, kind=self._kind.currentData()))

    def _show_all(self) -> None:
        self._filter(Filters())

    def _list_again(self) -> None:
        self._filter(self._presenter.state.filters)

    def _more(self) -> None:
        self.desk.tasks.start(self._presenter.load_more(), owner=self)

    def _open(self, row: InboxRow) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.desk.tasks.start(self._presenter.open(row), owner=self)

    def _moved(self, row: InboxRow | None) -> None:
        # With a message open, the arrows leaf through the list.
        panel = self._presenter.state.panel
        if row is not None and panel is not None and panel.row.message_id != row.message_id:
            self._open(row)

    def _go_back(self) -> None:
        if self._presenter.state.panel is not None:
            self._presenter.close()
            self._table.setFocus()
        elif self._load_panel.isVisible() and (
            self._presenter.state.load is None or not self._presenter.state.load.running
        ):
            self._load_panel.hide()
            self._table.setFocus()
        elif self._presenter.state.filters != Filters():
            self._show_all()

    def _replay_now(self) -> None:
        self.desk.tasks.start(self._presenter.replay(), owner=self)

    def _load(self, path: str) -> None:
        self._loop = asyncio.get_running_loop()
        self.desk.tasks.start(self._presenter.load(path), owner=self)

    def _stop_loading(self) -> None:
        self._presenter.stop_loading()

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._presenter.refresh(), owner=self)

    def _on_loop(self, show: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(show)

    # Layout

    def _make_actions(self) -> None:
        back = self.add_action("syncBack", tr("Back"), "Esc")
        back.triggered.connect(self._go_back)
        self._replay = self.add_action(
            "replay", tr("Replay"), "Ctrl+R", icon="refresh", tip=tr("Apply it as if it had just come")
        )
        self._replay.triggered.connect(self._replay_now)
        self._load_file = self.add_action("loadFile", tr("Load a stock file"), "Ctrl+O", icon="upload")
        self._again = self.add_action("messagesAgain", tr("Try again"), icon="refresh")
        self._again.triggered.connect(self._list_again)
        self._all = self.add_action("allMessages", tr("Show all"), "Ctrl+0", icon="filter")
        self._all.triggered.connect(self._show_all)

    def _make_list(self) -> None:
        text = self.desk.text
        self._numbers = Numbers(text)
        self._numbers.chosen.connect(self._figure_chosen)
        words = [(statuses.message_state(state.value).word, state.value) for state in InboxState]
        self._state = choice("messageStateFilter", tr("State"), [(tr("Any state"), ""), *words])
        words = [(columns.kind_word(kind), kind) for kind in KINDS]
        self._kind = choice("messageKindFilter", tr("What changed"), [(tr("Orders and stock"), ""), *words])
        for box in (self._state, self._kind):
            box.currentIndexChanged.connect(self._box_chosen)
        self._list = Listing(columns.message_columns(text), _key, _LOOK, again=self._again)
        self._list.model.more_wanted.connect(self._more)
        self._list.refresh_wanted.connect(self._refresh_now)
        self._table = self._list.table
        self._table.opened.connect(self._open)
        self._table.current_changed.connect(self._moved)
        self._panel = MessagePanel(self.desk, replay=self._replay)
        self._panel.closed.connect(self._go_back)
        self._panel.order_wanted.connect(self.open_order)
        self._panel.hide()
        self._load_panel = LoadPanel(text)
        self._load_panel.wanted.connect(self._load)
        self._load_panel.stopped.connect(self._stop_loading)
        self._load_panel.closed.connect(self._table.setFocus)
        self._load_file.triggered.connect(self._load_panel.open)

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        tools.setSpacing(Space.M)
        tools.addWidget(self._state)
        tools.addWidget(self._kind)
        tools.addStretch()
        load: QPushButton = KeyHintButton(self._load_file)
        if not self.desk.actor.may(Right.LOAD_STOCK):
            load.hide()
        tools.addWidget(load)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._load_panel)
        column.addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(middle)
        split.addWidget(self._panel)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._numbers)
        whole.addWidget(Hairline())
        whole.addWidget(split, 1)


_LOOK = Look(
    table="messagesTable",
    notice="messagesNotice",
    state="messagesState",
    says=tr("Messages, newest first"),
    reading=tr("Reading messages"),
    settle=300,  # messages come in bursts
    ages=10_000,
    narrow=(5, 6),  # sequence and times
)


def _key(row: InboxRow) -> str:
    return row.message_id
