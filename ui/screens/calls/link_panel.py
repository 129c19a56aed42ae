"""The page where the customer pays: its address to copy or to mail, how long it can be paid, whether it was."""

from datetime import datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QPushButton, QVBoxLayout

from backoffice.domain.payment import PayLink
from backoffice.domain.statuses import LinkStatus
from ui.screens.calls.actions import CallActions
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import LinkState, awaits_payment
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton, explain
from ui.widgets.fields import EscapeGoesBack, Field
from ui.widgets.labels import StatusChip
from ui.words import tr

_SOON = timedelta(minutes=10)


class LinkPanel(QFrame):
    """Shown once an order waits for its customer, and until the call ends."""

    close_wanted = Signal(str)  # reason
    kept = Signal()

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self.setObjectName("linkPanel")
        self._actions = actions
        self._text = text
        self._page: PayLink | None = None
        self._status = StatusChip()
        self._status.setObjectName("linkStatus")
        self._clock = StatusChip()
        self._clock.setObjectName("linkClock")
        self._url = QLineEdit()
        self._url.setObjectName("payLink")
        self._url.setReadOnly(True)
        self._url.setAccessibleName(tr("Address of the page to pay on"))
        self._copy = KeyHintButton(actions.copy_link)
        self._send = KeyHintButton(actions.send_link)
        self._close = KeyHintButton(actions.close_link, kind="flat")
        self._said = Sentence("linkSentence", Tone.GOOD)
        self._error = Sentence("linkError")
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.kept)
        self.reason = QLineEdit()
        self.reason.setObjectName("closeLinkReason")
        self.reason.installEventFilter(self._back)
        self.reason.returnPressed.connect(self._want_closed)
        self._field = Field(tr("Cancelled with the order, because"), self.reason)
        self._sure = QPushButton(tr("Cancel the order   Enter"))
        self._sure.setObjectName("sureCloseLinkButton")
        self._sure.setProperty("kind", "danger")
        self._sure.installEventFilter(self._back)
        self._sure.clicked.connect(self._want_closed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in (
            self._status, self._clock, self._url, self._copy, self._send, self._said, self._close, self._field,
            self._sure, self._error,
        ):  # fmt: skip
            column.addWidget(part)
        self.hide()

    def show_state(self, link: LinkState, email: str) -> None:
        """Show the page as it stands."""
        page = self._page = link.page
        if page is None:
            self.hide()
            return
        waits = awaits_payment(link)
        words, tone, icon = _status(page.status)
        amount = self._text.money(page.amount)
        self._status.show_status(tr("{amount} {status}", amount=amount, status=words), tone, icon=icon)
        if self._url.text() != page.url:
            self._url.setText(page.url)
            self._url.setCursorPosition(0)
            self._url.setToolTip(page.url)
        can_pay = page.status is LinkStatus.OPEN
        ended = tr("Nobody can pay there any more.")
        missing = "" if can_pay else tr("The page is being made.") if waits else ended
        explain(self._actions.copy_link, missing)
        explain(
            self._actions.send_link, missing or ("" if email else tr("The caller has no e-mail address."))
        )
        explain(self._actions.close_link, missing)
        for part in (self._url, self._copy, self._send):
            part.setVisible(waits and bool(page.url))
        asked = link.closing and can_pay
        opened = asked and self._field.isHidden()
        self._close.setVisible(can_pay and not asked)
        self._field.setVisible(asked)
        self._sure.setVisible(asked)
        self._said.say(tr("Sent to {email}.", email=email) if link.sent else "")
        self._error.say(link.problem)
        self.show_clock(self._text.clock())
        self.show()
        if opened:
            self.reason.clear()
            self.reason.setFocus()

    def show_clock(self, now: datetime) -> None:
        """Show how long the customer can pay."""
        page = self._page
        if page is None or page.status is not LinkStatus.OPEN:
            self._clock.hide()
            return
        left = page.expires_at - now
        words = tr("Can be paid for {left}", left=self._text.duration(left))
        until = tr("Until {time}", time=self._text.moment(page.expires_at))
        self._clock.show_status(words, Tone.WARN if left < _SOON else Tone.NEUTRAL, icon="clock", tip=until)
        self._clock.show()

    def copy(self) -> None:
        """Put the address where it can be pasted from."""
        if self._page is not None and self._page.url:
            QApplication.clipboard().setText(self._page.url)
            self._said.say(tr("Copied."))

    def _want_closed(self) -> None:
        self.close_wanted.emit(self.reason.text())


def _status(status: LinkStatus) -> tuple[str, Tone, str]:
    return {
        LinkStatus.MAKING: (tr("by link: the page is being made"), Tone.INFO, "waiting"),
        LinkStatus.OPEN: (tr("by link: not paid yet"), Tone.INFO, "waiting"),
        LinkStatus.CLOSING: (tr("by link: being closed, not known yet"), Tone.INFO, "waiting"),
        LinkStatus.PAID: (tr("by link: paid"), Tone.GOOD, "check"),
        LinkStatus.CLOSED: (tr("by link: closed, not paid"), Tone.BAD, "failed"),
    }[status]
