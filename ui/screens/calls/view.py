"""The Calls screen: tabs above, the call on top below, and what is so when there is none."""

from typing import ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from backoffice.domain.cart import Call
from backoffice.domain.ids import CallId
from backoffice.domain.staff import Right
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.calls.actions import CallActions
from ui.screens.calls.call_page import CallPage, enter_presses
from ui.screens.calls.call_tabs import CallTabs
from ui.screens.calls.colleagues_panel import ColleaguesPanel
from ui.screens.calls.end_confirm import EndConfirm
from ui.screens.calls.page_keys import PageKeys
from ui.screens.calls.presenter import CallsPresenter
from ui.screens.calls.state import CallsState, CallState, awaits_payment
from ui.tone import Tone
from ui.widgets.buttons import explain
from ui.widgets.labels import Hairline
from ui.widgets.states import StateView
from ui.words import tr, tr_n

_TICK = 1000  # ms


class CallsScreen(Screen):
    """One page per call; the pages live as long as their calls."""

    title: ClassVar[str] = tr("Calls")
    icon: ClassVar[str] = "calls"
    right: ClassVar[Right] = Right.CARTS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("callsScreen")
        self._pages: dict[CallId, CallPage] = {}
        self._loaded = False
        self._top: CallPage | None = None
        self._do = CallActions.of(self)
        self._tabs = CallTabs(self._do, desk.text)
        self._stack = QStackedWidget()
        self._body = StateView(self._stack, name="callsState")
        self._confirm = EndConfirm()
        self._colleagues = ColleaguesPanel(desk.text)
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._turn_to_page)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK)
        self._tick.timeout.connect(self._clocks)
        self.presenter = CallsPresenter(
            office=desk.office,
            actor=desk.actor,
            show=self.show_state,
            clock=desk.text.clock,
            locale=str(desk.text.locale),
        )
        self._arrange()
        self._connect()
        enter_presses(self)
        self.show_state(self.presenter.state)

    def current_page(self) -> CallPage | None:
        """Return the page of the call on top."""
        return self._top

    def entered(self) -> None:
        """Take up the unfinished calls the first time; let the clocks run."""
        self._tick.start()
        if not self._loaded:
            self._loaded = True
            self._load()
        elif self._top is not None:
            self._top.focus_first()

    def left(self) -> None:
        """Save what is being typed; stop the clocks."""
        self._tick.stop()
        if self._top is not None:
            self._top.delivery.flush()

    def refresh(self) -> None:
        """Read the calls and the cart on top again, quietly."""
        if not self._loaded:
            return
        self.desk.tasks.start(self.presenter.reload(), owner=self)
        if self._top is not None:
            self._top.reload()

    def show_subject(self, subject: str) -> None:
        """Open a call with a customer, or go to a call that was opened elsewhere."""
        self.desk.tasks.start(self._shown(subject), owner=self)

    def show_state(self, state: CallsState) -> None:
        """Show the tabs, and the page on top."""
        self._drop_pages(state)
        self._tabs.show_calls(state.calls, state.current)
        self._confirm.show_call(next((call for call in state.calls if call.call_id == state.ending), None))
        self._colleagues.show_state(state.colleagues)
        if state.problem is not None and not state.calls:
            self._body.show_failed(state.problem.sentence, state.problem.advice, self._do.new_call)
        elif state.loading:
            self._body.show_loading(tr("Looking for unfinished calls…"))
        elif not state.calls:
            self._body.show_empty(
                tr("No call is open"),
                tr("When somebody calls, open a call. It is saved as you go: nothing is lost."),
                self._do.new_call,
            )
        else:
            self._show_page(state)
            self._body.show_content()
        if state.problem is not None and state.calls:
            self.desk.notify.banner(
                state.problem.sentence, Tone.WARN, advice=state.problem.advice, key="calls"
            )
        else:
            self.desk.notify.clear("calls")
        self._explain(state)

    def _show_page(self, state: CallsState) -> None:
        call = next((one for one in state.calls if one.call_id == state.current), None)
        if call is None:
            return
        page = self._pages.get(call.call_id)
        if page is None:
            # Making a page and laying it out are two turns of the loop: typing elsewhere goes on in between.
            self._new_page(call)
            self._turn.start()
        elif page is not self._top:
            if self._top is not None:
                self._top.leave()
            self._top = page
            if self._stack.indexOf(page) < 0:
                self._stack.addWidget(page)
            self._stack.setCurrentWidget(page)
            page.enter()

    def _turn_to_page(self) -> None:
        self._show_page(self.presenter.state)

    def _new_page(self, call: Call) -> None:
        page = CallPage(self.desk, self.presenter, call, self._do)
        page.heard.connect(self._heard)
        page.order_wanted.connect(self.open_order)
        self._pages[call.call_id] = page

    def _drop_pages(self, state: CallsState) -> None:
        left = {call.call_id for call in state.calls}
        for call_id in [one for one in self._pages if one not in left]:
            page = self._pages.pop(call_id)
            if page is self._top:
                self._top = None
            self.desk.tasks.cancel(page)
            self._stack.removeWidget(page)
            page.deleteLater()

    def _explain(self, state: CallsState) -> None:
        none = "" if state.calls else tr("No call is open.")
        call = next((one for one in state.calls if one.call_id == state.current), None)
        self._do.park.setText(tr("Resume") if call and call.parked_since else tr("Park"))
        several = "" if len(state.calls) > 1 else tr("There is no other call.")
        supervisor = self.desk.actor.may(Right.TAKE_OVER)
        explain(self._do.colleagues, "" if supervisor else tr("Supervisors take calls over."))
        taken = call is not None and call.staff_id != self.desk.actor.staff_id
        explain(self._do.give_back, "" if taken else tr("This call was not taken over."))
        for action in (self._do.park, self._do.end_call, self._do.find_caller, self._do.new_caller):
            explain(action, none)
        for action in (self._do.entry, self._do.lines, self._do.new_address, self._do.notes):
            explain(action, none)
        for action in (self._do.next_call, self._do.previous_call):
            explain(action, several)
        if call is None:
            for action in (
                self._do.price,
                self._do.elsewhere,
                self._do.offers,
                self._do.prepare,
                self._do.payment,
                self._do.submit,
                self._do.undo,
                self._do.explain,
                self._do.copy_link,
                self._do.send_link,
                self._do.close_link,
                self._do.show_order,
            ):
                explain(action, none or tr("No call is open."))

    async def _shown(self, subject: str) -> None:
        if not self._loaded:
            self._loaded = True
            await self._take_up()
        await self.presenter.show_subject(subject)

    def _load(self) -> None:
        self.desk.tasks.start(self._take_up(), owner=self)

    async def _take_up(self) -> None:
        await self.presenter.load()
        if self.presenter.state.restored:
            words = tr_n(
                "{n} unfinished call was taken up again.",
                "{n} unfinished calls were taken up again.",
                self.presenter.state.restored,
            )
            self.desk.notify.toast(words, Tone.INFO)

    def _heard(self, state: CallState) -> None:
        self.presenter.heard(state)

    def _clocks(self) -> None:
        self._tabs.tick()
        if self._top is not None:
            self._top.tick()

    def _new_call(self) -> None:
        self.desk.tasks.start(self._end_done_and_open(), owner=self)

    async def _end_done_and_open(self) -> None:
        # A call whose order is made has nothing left to keep: the next one takes its place. One that waits to be paid
        # stays, for its caller may ask again.
        top = self._top.state if self._top is not None else None
        if top is not None and top.is_over and not awaits_payment(top.order.link):
            await self.presenter.end_now()
        await self.presenter.new_call()

    def _park(self) -> None:
        self.desk.tasks.start(self.presenter.park_or_resume(), owner=self)

    def _end(self) -> None:
        self.desk.tasks.start(self.presenter.end(), owner=self)

    def _end_now(self) -> None:
        self.desk.tasks.start(self.presenter.end_now(), owner=self)

    def _keep(self) -> None:
        self.presenter.keep()
        if self._top is not None:
            self._top.focus_first()

    def _go_to(self, call_id: str) -> None:
        self.presenter.go_to(CallId(call_id))

    def _next(self) -> None:
        self.presenter.step(1)

    def _previous(self) -> None:
        self.presenter.step(-1)

    def _look_at_colleagues(self) -> None:
        self.desk.tasks.start(self.presenter.colleagues.open(), owner=self)

    def _take_over(self, cart_id: str, reason: str) -> None:
        self.desk.tasks.start(self.presenter.colleagues.take_over(cart_id, reason), owner=self)

    def _leave_colleagues(self) -> None:
        self.presenter.colleagues.close()
        if self._top is not None:
            self._top.focus_first()

    def _give_back(self) -> None:
        self.desk.tasks.start(self.presenter.colleagues.give_back(), owner=self)

    def _show_order(self) -> None:
        result = self._top.state.order.result if self._top is not None else None
        if result is not None:
            self.open_order.emit(result.order_number)

    def _connect(self) -> None:
        do = self._do
        do.new_call.triggered.connect(self._new_call)
        do.park.triggered.connect(self._park)
        do.end_call.triggered.connect(self._end)
        do.next_call.triggered.connect(self._next)
        do.previous_call.triggered.connect(self._previous)
        do.show_order.triggered.connect(self._show_order)
        self._keys = PageKeys(do, self.current_page, self)
        do.colleagues.triggered.connect(self._look_at_colleagues)
        do.give_back.triggered.connect(self._give_back)
        self._colleagues.take_wanted.connect(self._take_over)
        self._colleagues.went_back.connect(self._leave_colleagues)
        self._tabs.chosen.connect(self._go_to)
        self._confirm.ended.connect(self._end_now)
        self._confirm.kept.connect(self._keep)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._tabs, Hairline(), self._confirm, self._colleagues):
            column.addWidget(part)
        column.addWidget(self._body, 1)
