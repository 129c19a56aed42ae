"""The Checkouts screen: numbers, where they failed, the list, and the opened checkout."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from backoffice.domain.failed_checkout import FailedCheckout, FailedStanding
from backoffice.domain.staff import Right
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.checkouts import columns
from ui.screens.checkouts.numbers import Numbers, Side
from ui.screens.checkouts.panel import CheckoutPanel
from ui.screens.checkouts.presenter import CheckoutsPresenter
from ui.screens.checkouts.state import Act, CheckoutsState, Filters
from ui.tasks import Running
from ui.theme import Space
from ui.widgets.buttons import explain
from ui.widgets.labels import Hairline
from ui.widgets.listing import Listing, Look, Nothing, choice, show_choice
from ui.words import tr


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
        self._make_actions()
        self._make_list()
        self._make_panel()
        self._arrange()

    # What the shell tells

    def entered(self) -> None:
        self._list.entered()
        if not self._list.ever_shown and self._listing is None:
            self._filter(Filters())
        else:
            self._refresh_now()
        self._list.table.setFocus()

    def left(self) -> None:
        self._list.left()

    def refresh(self) -> None:
        self._list.changed()

    def show_subject(self, subject: str) -> None:
        self._open(subject)

    # One way in

    def show_state(self, state: CheckoutsState) -> None:
        """Show the state."""
        if state.summary is not None:
            self._numbers.show_summary(state.summary, state.filters)
            self._side.show_summary(state.summary, state.filters)
        self._list.show_rows(
            state.rows, phase=state.phase, more=bool(state.next), more_asked=state.more_asked
        )
        self._list.say_trouble(state.trouble)
        self._list.show_why(phase=state.phase, trouble=state.trouble, nothing=self._nothing(state.filters))
        show_choice(self._standing, state.filters.standing.value if state.filters.standing else "")
        self._panel.setVisible(state.panel is not None)
        self._side.setVisible(state.panel is None)  # the opened one needs the room
        self._list.make_room(opened=state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            for action in self._actions.values():
                explain(action, tr("Open a checkout first."))
        self._list.keep_focus(self, self._panel if self._panel.isVisible() else self._standing)

    def _nothing(self, filters: Filters) -> Nothing:
        if filters != Filters():
            return Nothing(
                title=tr("None is in that state."),
                hint=tr("That is good news, or the filter is too narrow."),
                action=self._all,
            )
        return Nothing(
            title=tr("No checkout has failed."),
            hint=tr("One that does not become an order appears here, with why and what was undone."),
        )

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
            self._list.table.setFocus()
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
        standings = [(columns.standing(standing).word, standing.value) for standing in FailedStanding]
        self._standing = choice(
            "checkoutStandingFilter", tr("How the checkout stands"), [(tr("All that failed"), ""), *standings]
        )
        self._standing.currentIndexChanged.connect(self._standing_chosen)
        self._list = Listing(columns.checkout_columns(text), _key, _LOOK, again=self._again)
        self._list.model.more_wanted.connect(self._more)
        self._list.table.opened.connect(self._open_row)
        self._list.table.current_changed.connect(self._moved)
        self._list.refresh_wanted.connect(self._refresh_now)
        self._list.aged.connect(self._repaint_ages)

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
    table="checkoutsTable",
    notice="checkoutsNotice",
    state="checkoutsState",
    says=tr("Checkouts that failed, newest first"),
    reading=tr("Reading checkouts"),
    settle=300,
    ages=5_000,
    narrow=(3, 4, 5, 6),  # why, customer, total and agent: the opened checkout says them
)


def _key(row: FailedCheckout) -> str:
    return row.attempt_id
