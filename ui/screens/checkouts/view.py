"""The Checkouts screen: numbers, where they failed, the list, and the opened checkout."""

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from backoffice.domain.failed_checkout import FailedCheckout, FailedStanding
from backoffice.domain.staff import Right
from ui.answers import Phase
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.checkouts import columns
from ui.screens.checkouts.numbers import Numbers, Side
from ui.screens.checkouts.panel import CheckoutPanel
from ui.screens.checkouts.presenter import CheckoutsPresenter
from ui.screens.checkouts.state import Act, CheckoutsState, Filters
from ui.tasks import Running
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import explain
from ui.widgets.labels import Hairline
from ui.widgets.notice import Notice
from ui.widgets.rows import RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr

_SETTLE = 300  # ms: changes come in bursts while a backlog is undone
_AGES = 5_000  # ms between two repaints of "5 min ago"
_WIDE_ONLY = (3, 4, 5, 6)  # why, customer, total and agent give way to the opened checkout, which says them


class CheckoutsScreen(Screen):
    """Watches checkouts that failed, and acts on those that need somebody."""

    title = "Checkouts"
    icon = "checkouts"
    right = Right.FAILED_CHECKOUTS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("checkoutsScreen")
        self._presenter = CheckoutsPresenter(
            checkouts=desk.office.failed_checkouts, actor=desk.actor, show=self.show_state
        )
        self._listing: Running | None = None
        self._opening: Running | None = None
        self._rows: tuple[FailedCheckout, ...] | None = None
        self._make_actions()
        self._make_list()
        self._make_panel()
        self._arrange()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._refresh_now)
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES)
        self._ages.timeout.connect(self._repaint_ages)

    # What the shell tells

    def entered(self) -> None:
        self._ages.start()
        if self._rows is None and self._listing is None:
            self._filter(Filters())
        else:
            self._refresh_now()
        self._table.setFocus()

    def left(self) -> None:
        self._ages.stop()
        self._settle.stop()

    def refresh(self) -> None:
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(_SETTLE)

    def show_subject(self, subject: str) -> None:
        self._open(subject)

    # One way in

    def show_state(self, state: CheckoutsState) -> None:
        """Show the state."""
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)
            self._side.show_summary(state.summary, state.filters)
        if state.rows is not self._rows and (state.phase is Phase.READY or state.rows):
            self._rows = state.rows
            self._model.show_rows(state.rows, more=bool(state.next))
        if not state.more_asked:
            self._model.page_failed()  # or came: either way the next scroll may ask
        self._show_list(state)
        self._show_filters(state.filters)
        self._panel.setVisible(state.panel is not None)
        self._side.setVisible(state.panel is None)  # the opened one needs the room
        for column in _WIDE_ONLY:
            self._table.setColumnHidden(column, state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            for action in self._actions.values():
                explain(action, tr("Open a checkout first."))
        self._keep_focus()

    def _keep_focus(self) -> None:
        # A table that gave way to "nothing here" takes the focus with it: keys must still reach this screen.
        if self.isVisible() and self.isActiveWindow() and QApplication.focusWidget() is None:
            (self._panel if self._panel.isVisible() else self._standing).setFocus()

    def _show_list(self, state: CheckoutsState) -> None:
        trouble = state.trouble
        self._notice.say(trouble.sentence if trouble and state.rows else "", Tone.BAD)
        if trouble is not None and not state.rows:
            self._list.show_failed(trouble.sentence, trouble.advice, self._again)
        elif state.rows:
            self._list.show_content()
        elif state.phase is Phase.ASKING:
            self._list.show_loading(tr("Reading checkouts"))
        elif state.filters != Filters():
            self._list.show_empty(
                tr("None is in that state."), tr("That is good news, or the filter is too narrow."), self._all
            )
        else:
            self._list.show_empty(
                tr("No checkout has failed."),
                tr("One that does not become an order appears here, with why and what was undone."),
            )

    def _show_filters(self, filters: Filters) -> None:
        place = self._standing.findData(filters.standing.value if filters.standing else "")
        if place != self._standing.currentIndex():
            self._standing.blockSignals(True)
            self._standing.setCurrentIndex(place)
            self._standing.blockSignals(False)

    # Slots

    def _filter(self, filters: Filters) -> None:
        if self._listing is not None:
            self._listing.cancel()
        self._listing = self.desk.tasks.start(self._presenter.filter(filters), owner=self)

    def _standing_chosen(self, _index: int) -> None:
        value = self._standing.currentData()
        self._filter(Filters(standing=FailedStanding(value) if value else None))

    def _figure_chosen(self, standing: FailedStanding | None) -> None:
        self._filter(Filters(standing=standing))

    def _action_chosen(self, action: str) -> None:
        chosen = self._presenter.state.filters.action
        self._filter(Filters(action="" if action == chosen else action))

    def _show_all(self) -> None:
        self._filter(Filters())

    def _list_again(self) -> None:
        self._filter(self._presenter.state.filters)

    def _more(self) -> None:
        self.desk.tasks.start(self._presenter.load_more(), owner=self)

    def _open_row(self, row: FailedCheckout) -> None:
        self._open(row.attempt_id)

    def _moved(self, row: FailedCheckout | None) -> None:
        # With a checkout open, the arrows leaf through the list.
        panel = self._presenter.state.panel
        if row is None or panel is None or panel.asking_reason:
            return
        shown = panel.details.checkout.attempt_id if panel.details else panel.subject
        if shown != row.attempt_id:
            self._open(row.attempt_id)

    def _open(self, subject: str) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.desk.tasks.start(self._presenter.open(subject), owner=self)

    def _go_back(self) -> None:
        state = self._presenter.state
        if state.panel is not None and state.panel.asking_reason:
            self._presenter.ask_reason(asking=False)
            self._panel.setFocus()
        elif state.panel is not None:
            self._presenter.close()
            self._table.setFocus()
        elif state.filters != Filters():
            self._show_all()

    def _act(self, act: Act) -> None:
        if act is Act.REOPEN:
            self._presenter.ask_reason(asking=True)
        else:
            self.desk.tasks.start(self._presenter.act(act), owner=self)

    def _reopen(self, reason: str) -> None:
        self.desk.tasks.start(self._presenter.act(Act.REOPEN, reason=reason), owner=self)

    def _keep(self) -> None:
        self._presenter.ask_reason(asking=False)

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._presenter.refresh(), owner=self)

    def _repaint_ages(self) -> None:
        self._table.viewport().update()
        state = self._presenter.state
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)

    # Layout

    def _make_actions(self) -> None:
        back = self.add_action("checkoutsBack", tr("Back"), "Esc")
        back.triggered.connect(self._go_back)
        retry = self.add_action(
            "retryUndo", tr("Try again now"), "Ctrl+R", icon="refresh",
            tip=tr("Undo, ask and let go now, instead of when it would be tried by itself"),
        )  # fmt: skip
        reopen = self.add_action(
            "reopen", tr("Open the cart again…"), "Ctrl+E", icon="cart",
            tip=tr("Once nothing is open: its agent can go on with it"),
        )  # fmt: skip
        self._actions = {Act.RETRY: retry, Act.REOPEN: reopen}
        for act, action in self._actions.items():
            # The screen owns its actions: both go together, nothing is kept alive by the other.
            action.triggered.connect(partial(CheckoutsScreen._act, self, act))
        self._again = self.add_action("checkoutsAgain", tr("Try again"), icon="refresh")
        self._again.triggered.connect(self._list_again)
        self._all = self.add_action("allCheckouts", tr("Show all"), "Ctrl+0", icon="filter")
        self._all.triggered.connect(self._show_all)

    def _make_list(self) -> None:
        text = self.desk.text
        self._numbers = Numbers(text)
        self._numbers.chosen.connect(self._figure_chosen)
        self._side = Side()
        self._side.action_chosen.connect(self._action_chosen)
        self._standing = QComboBox()
        self._standing.setObjectName("checkoutStandingFilter")
        self._standing.setAccessibleName(tr("How the checkout stands"))
        self._standing.addItem(tr("All that failed"), "")
        for standing in FailedStanding:
            self._standing.addItem(columns.standing(standing).word, standing.value)
        self._standing.currentIndexChanged.connect(self._standing_chosen)
        self._model = RowsModel(columns.checkout_columns(text), lambda row: row.attempt_id)
        self._model.more_wanted.connect(self._more)
        self._table = LazyTable(
            self._model, name="checkoutsTable", says=tr("Checkouts that failed, newest first")
        )
        self._table.opened.connect(self._open_row)
        self._table.current_changed.connect(self._moved)
        self._list = StateView(self._table, name="checkoutsState")
        self._notice = Notice(name="checkoutsNotice")

    def _make_panel(self) -> None:
        self._panel = CheckoutPanel(self.desk, self._actions)
        self._panel.closed.connect(self._go_back)
        self._panel.reopened.connect(self._reopen)
        self._panel.reason_left.connect(self._keep)
        self._panel.order_wanted.connect(self.open_order)
        self._panel.hide()

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        tools.setSpacing(Space.M)
        tools.addWidget(self._standing)
        tools.addStretch()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._notice)
        column.addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        for part, stretch in ((self._side, 0), (middle, 5), (self._panel, 4)):
            split.addWidget(part)
            split.setStretchFactor(split.count() - 1, stretch)
        self._side.setMaximumWidth(280)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._numbers)
        whole.addWidget(Hairline())
        whole.addWidget(split, 1)
