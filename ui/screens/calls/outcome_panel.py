"""How Submit ended, in one of three words: submitted, not submitted, not known yet."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from backoffice.domain.order import SubmitResult
from backoffice.domain.payment import PayLink
from backoffice.domain.statuses import LinkStatus
from ui.screens.calls.actions import CallActions
from ui.screens.calls.link_panel import LinkPanel
from ui.screens.calls.state import LinkState, is_submitted, is_unknown
from ui.text import Text
from ui.theme import Space, scaled
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import IconLabel, Label, restyle
from ui.words import tr


class OutcomePanel(QFrame):
    """Icon, word, number, sentence, and what comes next."""

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self.setObjectName("outcomePanel")
        self._text = text
        self._icon = IconLabel("check", size=20)
        self._title = Label(size="heading", wrap=True)
        self._title.setObjectName("outcomeTitle")
        self._number = Label()
        self._number.setObjectName("orderNumber")
        self._number.setFont(scaled(self._number.font(), 1.9, bold=True))
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._number.setAccessibleName(tr("Order number"))
        self._sentence = Label(wrap=True)
        self._sentence.setObjectName("outcomeSentence")
        self._advice = Label(wrap=True, tone=Tone.NEUTRAL)
        self._advice.setObjectName("outcomeAdvice")
        self.link = LinkPanel(actions, text)
        self._next = KeyHintButton(actions.new_call, kind="primary")
        self._next.setObjectName("nextCallButton")
        self._show = KeyHintButton(actions.show_order)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(head)
        for part in (self._number, self._sentence, self._advice, self.link, self._next, self._show):
            column.addWidget(part)
        self.hide()

    def show_result(
        self, result: SubmitResult | None, link: LinkState, *, submitting: bool, email: str
    ) -> None:
        """Show how it ended, or that it is not known yet; for a link, whether it was paid since."""
        self.setVisible(submitting or result is not None)
        submitted = is_submitted(result)
        if submitting or result is None or is_unknown(result):
            self._fill(Tone.INFO, "waiting", tr("Not known yet (checking)"), _checking(result))
        elif submitted:
            total = tr("{total} in all.", total=self._text.money(result.total)) if result.total else ""
            tone, icon, title, advice = _submitted(link.page)
            self._fill(tone, icon, title, total, advice)
        else:
            self._fill(Tone.BAD, "failed", tr("Not submitted"), result.sentence, result.advice)
        self._number.setText(result.order_number if result and submitted else "")
        self._number.setVisible(submitted)
        self.link.show_state(link if submitted else LinkState(), email)
        self._next.setVisible(submitted)
        self._show.setVisible(submitted)

    def focus_next(self) -> None:
        """Put the focus on what comes next."""
        self._next.setFocus()

    def _fill(self, tone: Tone, icon: str, title: str, sentence: str, advice: str = "") -> None:
        self._icon.show_icon(icon, tone.value)
        self._title.setText(title)
        self._title.set_tone(tone)
        self.setAccessibleName(f"{title}. {sentence} {advice}".strip())
        for label, words in ((self._sentence, sentence), (self._advice, advice)):
            label.setText(words)
            label.setVisible(bool(words))
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            restyle(self)


def _submitted(page: PayLink | None) -> tuple[Tone, str, str, str]:
    """Return how an order that was submitted stands: at once its own, or waiting for its customer to pay."""
    match page.status if page else LinkStatus.PAID:
        case LinkStatus.PAID:
            return Tone.GOOD, "check", tr("Submitted"), tr("Paid by link.") if page else ""
        case LinkStatus.CLOSED:
            return Tone.BAD, "failed", tr("Cancelled: not paid by link"), tr("The goods are free again.")
        case _:
            advice = tr("Nothing has to be pressed: this says by itself when it is paid.")
            return Tone.INFO, "waiting", tr("Submitted, waiting for payment"), advice


def _checking(result: SubmitResult | None) -> str:
    words = tr("Nothing has to be pressed again: this says by itself how it ended.")
    return f"{result.sentence} {words}" if result and result.sentence else words
