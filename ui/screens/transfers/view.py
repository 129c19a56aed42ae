"""The Transfers screen: numbers, chart and causes, the list, the opened transfer, and acting on many."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.staff import Right
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Transfer
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.transfers import acts, columns
from ui.screens.transfers.bulk import BulkPresenter
from ui.screens.transfers.bulk_panel import BulkPanel
from ui.screens.transfers.numbers import Numbers, Side
from ui.screens.transfers.panel import TransferPanel
from ui.screens.transfers.presenter import TransfersPresenter
from ui.screens.transfers.state import Act, Filters, TransfersState, may
from ui.tasks import Running
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.labels import Hairline, Label
from ui.widgets.listing import Listing, Look, Nothing, choice, show_choice
from ui.words import tr, tr_n


class TransfersScreen(Screen):
    """Watches orders on their way to the DOM, and acts on those that need somebody."""

    title = "Transfers"
    icon = "transfers"
    right = Right.SEE_TRANSFERS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("transfersScreen")
        self._presenter = TransfersPresenter(
            transfers=desk.office.transfers, actor=desk.actor, show=self.show_state
        )
        self._bulk = BulkPresenter(self._presenter)
        self._listing: Running | None = None
        self._opening: Running | None = None
        self._make_actions()
        self._make_list()
        self._make_bulk_buttons()
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

    def show_subject(self, subject: str) -> None:
        self._open(subject)

    # One way in

    def show_state(self, state: TransfersState) -> None:
        """Show the state."""
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)
            self._side.show_summary(state.summary, state.filters)
        self._list.show_rows(
            state.rows, phase=state.phase, more=bool(state.next), more_asked=state.more_asked
        )
        self._list.say_trouble(state.trouble)
        self._list.show_why(phase=state.phase, trouble=state.trouble, nothing=self._nothing(state.filters))
        only = next(iter(state.filters.statuses)).value if len(state.filters.statuses) == 1 else ""
        show_choice(self._status, only)
        self._bulk_panel.show_bulk(state.bulk)
        self._panel.setVisible(state.panel is not None)
        self._side.setVisible(
            state.panel is None
        )  # its numbers are still on top; the opened one needs the room
        self._list.make_room(opened=state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            for act, action in self._actions.items():
                acts.explain_for(self, action, act, None, busy=False)
        self._show_marked()
        self._list.keep_focus(self, self._panel if self._panel.isVisible() else self._status)

    def _nothing(self, filters: Filters) -> Nothing:
        if filters != Filters():
            return Nothing(
                title=tr("None is in that state."),
                hint=tr("That is good news, or the filter is too narrow."),
                action=self._all,
            )
        return Nothing(
            title=tr("No order has gone to the DOM yet."),
            hint=tr("Each submitted order appears here and goes out by itself."),
        )

    def _show_marked(self) -> None:
        marked: tuple[Transfer, ...] = self._table.marked
        count = len(marked)
        self._marked.setText(tr_n("{n} selected", "{n} selected", count) if count > 1 else "")
        allowed = self.desk.actor.may(Right.TRANSFERS)
        for act, button in self._bulk_buttons.items():
            fits = any(may(act, transfer.status) for transfer in marked)
            button.setVisible(count > 1)
            button.setEnabled(fits and allowed)
            button.setToolTip("" if fits else tr("None of the selected ones fits."))

    # Slots

    def _filter(self, filters: Filters) -> None:
        if self._listing is not None:
            self._listing.cancel()
        self._listing = self.desk.tasks.start(self._presenter.filter(filters), owner=self)

    def _status_chosen(self, _index: int) -> None:
        value = self._status.currentData()
        self._filter(Filters(statuses=frozenset({TransferStatus(value)}) if value else frozenset()))

    def _figure_chosen(self, status: TransferStatus | None) -> None:
        self._filter(Filters(statuses=frozenset({status}) if status else frozenset()))

    def _cause_chosen(self, cause: str) -> None:
        self._filter(_of_cause(cause))

    def _show_all(self) -> None:
        self._filter(Filters())

    def _list_again(self) -> None:
        self._filter(self._presenter.state.filters)

    def _more(self) -> None:
        self.desk.tasks.start(self._presenter.load_more(), owner=self)

    def _open_row(self, row: Transfer) -> None:
        self._open(row.order_number)

    def _moved(self, row: Transfer | None) -> None:
        # With a transfer open, the arrows leaf through the list.
        panel = self._presenter.state.panel
        if (
            row is not None
            and panel is not None
            and panel.number != row.order_number
            and not panel.asking_reason
        ):
            self._open(row.order_number)

    def _open(self, number: str) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.desk.tasks.start(self._presenter.open(number), owner=self)

    def _go_back(self) -> None:
        state = self._presenter.state
        if state.panel is not None and state.panel.asking_reason:
            self._presenter.ask_reason(asking=False)
        elif state.panel is not None:
            self._presenter.close()
            self._table.setFocus()
        elif state.bulk is not None:
            self._bulk.stop()
            self._table.setFocus()
        elif state.filters != Filters():
            self._show_all()

    def _act(self, act: Act) -> None:
        if act is Act.GIVE_UP:
            self._presenter.ask_reason(asking=True)
        else:
            self.desk.tasks.start(self._presenter.act(act), owner=self)

    def _give_up(self, reason: str) -> None:
        self.desk.tasks.start(self._presenter.act(Act.GIVE_UP, reason=reason), owner=self)

    def _keep(self) -> None:
        self._presenter.ask_reason(asking=False)

    def _bulk_marked(self, act: Act) -> None:
        self._bulk.look_at_selected(act, self._table.marked)

    def _bulk_cause(self, cause: str) -> None:
        scope = tr("all with the cause “{cause}”", cause=columns.cause_word(cause))
        self.desk.tasks.start(self._bulk.look_at_group(Act.RETRY, _of_cause(cause), scope), owner=self)

    def _bulk_start(self, reason: str) -> None:
        self.desk.tasks.start(self._bulk.start(reason=reason), owner=self)

    def _bulk_stop(self) -> None:
        self._bulk.stop()

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._presenter.refresh(), owner=self)

    def _show_ages(self) -> None:
        state = self._presenter.state
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)

    # Layout

    def _make_actions(self) -> None:
        back = self.add_action("transfersBack", tr("Back"), "Esc")
        back.triggered.connect(self._go_back)
        self._actions = acts.make_actions(self)
        for act, action in self._actions.items():
            # The screen owns its actions: both go together, nothing is kept alive by the other.
            action.triggered.connect(partial(TransfersScreen._act, self, act))
        self._again = self.add_action("transfersAgain", tr("Try again"), icon="refresh")
        self._again.triggered.connect(self._list_again)
        self._all = self.add_action("allTransfers", tr("Show all"), "Ctrl+0", icon="filter")
        self._all.triggered.connect(self._show_all)

    def _make_list(self) -> None:
        text = self.desk.text
        self._numbers = Numbers(text)
        self._numbers.chosen.connect(self._figure_chosen)
        self._side = Side()
        self._side.cause_chosen.connect(self._cause_chosen)
        self._side.group_wanted.connect(self._bulk_cause)
        words = [
            (statuses.transfer_status(status).word, status.value)
            for status in TransferStatus
            if status is not TransferStatus.NONE
        ]
        self._status = choice("transferStatusFilter", tr("Transfer status"), [(tr("Any status"), ""), *words])
        self._status.currentIndexChanged.connect(self._status_chosen)
        self._list = Listing(columns.transfer_columns(text), _key, _LOOK, again=self._again)
        self._list.model.more_wanted.connect(self._more)
        self._list.refresh_wanted.connect(self._refresh_now)
        self._list.aged.connect(self._show_ages)
        self._table = self._list.table
        self._table.opened.connect(self._open_row)
        self._table.current_changed.connect(self._moved)
        self._table.marked_changed.connect(self._show_marked)
        self._panel = TransferPanel(self, self._actions)
        self._panel.closed.connect(self._go_back)
        self._panel.given_up.connect(self._give_up)
        self._panel.reason_left.connect(self._keep)
        self._panel.order_wanted.connect(self.open_order)
        self._panel.hide()
        self._bulk_panel = BulkPanel()
        self._bulk_panel.started.connect(self._bulk_start)
        self._bulk_panel.stopped.connect(self._bulk_stop)

    def _make_bulk_buttons(self) -> None:
        self._marked = Label(tone=Tone.NEUTRAL)
        names = {
            Act.RETRY: "bulkRetryButton",
            Act.RESOLVE: "bulkResolveButton",
            Act.HOLD: "bulkHoldButton",
            Act.RELEASE: "bulkReleaseButton",
            Act.GIVE_UP: "bulkGiveUpButton",
        }
        self._bulk_buttons: dict[Act, QPushButton] = {}
        for act, name in names.items():
            button = QPushButton(acts.word(act))
            button.setObjectName(name)
            button.clicked.connect(partial(TransfersScreen._bulk_marked, self, act))
            button.hide()
            self._bulk_buttons[act] = button

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        tools.setSpacing(Space.M)
        tools.addWidget(self._status)
        tools.addWidget(self._marked)
        for button in self._bulk_buttons.values():
            tools.addWidget(button)
        tools.addStretch()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._bulk_panel)
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


_LOOK = Look(
    table="transfersTable",
    notice="transfersNotice",
    state="transfersState",
    says=tr("Transfers, newest first"),
    reading=tr("Reading transfers"),
    settle=300,  # changes come in bursts while a backlog goes out
    ages=5_000,
    many=True,
    narrow=(3, 4, 5, 7),  # customer, total, tries and next try
)


def _key(row: Transfer) -> str:
    return row.order_number


def _of_cause(cause: str) -> Filters:
    return Filters(statuses=frozenset({TransferStatus.FAILED}), cause=cause)
