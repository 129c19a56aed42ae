"""The demo's own panel: faults to switch on and off, the e-mails that were received, and beginning anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backoffice.world import WorldError
from ui.desk import Notify
from ui.tasks import Tasks
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import IconButton
from ui.widgets.labels import Label
from ui.widgets.rows import Column, RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr, tr_n

_LOOK_AGAIN = 1_500  # ms
_SURE = 5_000  # ms in which a second press means yes


class Fault(Protocol):
    """Something that can be made to go wrong."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def explanation(self) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedMail:
    """An e-mail as the demo's mail server took it."""

    mail_id: int
    recipient: str
    subject: str
    text: str
    received_at: datetime


class DemoWorld(Protocol):
    """The simulated outside world."""

    @property
    def faults(self) -> Sequence[Fault]: ...
    async def set_fault(self, name: str, on: bool) -> None: ...
    async def faults_on(self) -> frozenset[str]: ...
    async def mails(self) -> list[dict[str, Any]]: ...


class DemoPanel(QFrame):
    """Stands at the right of the desk while open."""

    reset_wanted = Signal()

    def __init__(self, world: DemoWorld, *, tasks: Tasks, text: Text, notify: Notify) -> None:
        super().__init__()
        self.setObjectName("demoPanel")
        self.setProperty("surface", "sunken")
        self.setFixedWidth(360)
        self._world, self._tasks, self._text, self._notify = world, tasks, text, notify
        self.boxes: dict[str, QCheckBox] = {}
        self._on = 0
        self._watch = QTimer(self)
        self._watch.setInterval(_LOOK_AGAIN)
        self._watch.timeout.connect(self._look_again)
        self._tabs = QTabWidget()
        self._tabs.addTab(self._faults(), tr("Faults"))
        self._tabs.addTab(self._mails(), tr("E-mails"))
        self._tabs.currentChanged.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.addLayout(self._head())
        column.addWidget(self._tabs, 1)
        column.addWidget(self._reset_button())
        self.hide()

    def refresh(self) -> None:
        """Fetch the e-mails and the faults again."""
        if self.isVisible():
            self._tasks.start(self._load_mails(), owner=self)
            self._look_again()

    def toggle(self) -> None:
        """Open or close the panel."""
        self.setVisible(not self.isVisible())
        self.refresh()

    async def _load_mails(self) -> None:
        try:
            mails = [_mail(found) for found in await self._world.mails()]
        except WorldError as trouble:
            self._mail_state.show_failed(str(trouble))
            return
        self._model.show_rows(mails)
        if mails:
            self._mail_state.show_content()
        else:
            self._mail_state.show_empty(
                tr("No e-mail yet"), tr("Confirmations and shipping notes to customers arrive here.")
            )

    async def _set(self, name: str, *, on: bool) -> None:
        try:
            await self._world.set_fault(name, on)
        except WorldError as trouble:
            self._notify.banner(str(trouble), Tone.WARN, key="demo-world")
        await self._look()

    async def _look(self) -> None:
        """Show what is on; a fault that harms the next call only goes off by itself."""
        try:
            on = await self._world.faults_on()
        except WorldError as trouble:
            self._notify.banner(str(trouble), Tone.WARN, key="demo-world")
            return
        self._notify.clear("demo-world")
        for name, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(name in on)
            box.blockSignals(False)
        if len(on) != self._on:
            self._on = len(on)
            self._tell(self._on)
        (self._watch.start if on else self._watch.stop)()

    def _tell(self, count: int) -> None:
        if count:
            words = tr_n("Demo: one fault is switched on.", "Demo: {n} faults are switched on.", count)
            self._notify.banner(words, Tone.INFO, key="demo-faults")
        else:
            self._notify.clear("demo-faults")

    def _look_again(self) -> None:
        self._tasks.start(self._look(), owner=self)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(tr("Demo"), size="heading"), 1)
        close = IconButton("close", tr("Close the demo panel"), name="closeDemo")
        close.clicked.connect(self.hide)
        row.addWidget(close)
        return row

    def _faults(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, Space.M, Space.M, 0)
        column.setSpacing(Space.S)
        hint = tr("Make the outside world misbehave, and see what the desk says and how it recovers.")
        column.addWidget(Label(hint, tone=Tone.NEUTRAL, size="small", wrap=True))
        for fault in self._world.faults:
            box = QCheckBox(tr(fault.title))
            box.setObjectName(f"fault-{fault.name}")
            box.setAccessibleDescription(fault.explanation)
            box.toggled.connect(partial(self._toggled, fault.name))
            self.boxes[fault.name] = box
            column.addSpacing(Space.M)
            column.addWidget(box)
            words = Label(tr(fault.explanation), tone=Tone.NEUTRAL, size="small", wrap=True)
            words.setContentsMargins(24, 0, 0, 0)
            column.addWidget(words)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        return scroll

    def _mails(self) -> QWidget:
        columns: list[Column[ReceivedMail]] = [
            Column(title=tr("Subject"), text=_subject, tip=_recipient, stretch=True),
            Column(title=tr("When"), text=self._ago, tip=self._moment, width=12, muted=True),
        ]
        self._model: RowsModel[ReceivedMail] = RowsModel(columns, key=_identity)
        table = LazyTable(self._model, name="receivedMails", says=tr("E-mails received"))
        self._body = QPlainTextEdit()
        self._body.setReadOnly(True)
        self._body.setObjectName("mailBody")
        self._body.setAccessibleName(tr("Text of the e-mail"))
        table.current_changed.connect(self._read)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.addWidget(table, 1)
        column.addWidget(self._body, 1)
        self._mail_state = StateView(inside, name="mailState")
        return self._mail_state

    def _reset_button(self) -> QPushButton:
        self._reset = QPushButton(tr("Begin anew with fresh demo data"))
        self._reset.setObjectName("resetDemo")
        self._sure = QTimer(self)
        self._sure.setSingleShot(True)
        self._sure.setInterval(_SURE)
        self._sure.timeout.connect(self._not_sure)
        self._reset.clicked.connect(self._press_reset)
        return self._reset

    def _press_reset(self) -> None:
        if self._sure.isActive():
            self._sure.stop()
            self.reset_wanted.emit()
            return
        self._reset.setText(tr("All orders of the demo are lost: press again"))
        self._sure.start()

    def _not_sure(self) -> None:
        self._reset.setText(tr("Begin anew with fresh demo data"))

    def _toggled(self, name: str, on: bool) -> None:
        self._tasks.start(self._set(name, on=on), owner=self)

    def _read(self, mail: ReceivedMail | None) -> None:
        self._body.setPlainText("" if mail is None else f"{tr('To')}: {mail.recipient}\n\n{mail.text}")

    def _ago(self, mail: ReceivedMail) -> str:
        return self._text.ago_short(mail.received_at)

    def _moment(self, mail: ReceivedMail) -> str:
        return self._text.moment(mail.received_at)


def _subject(mail: ReceivedMail) -> str:
    return mail.subject


def _recipient(mail: ReceivedMail) -> str:
    return mail.recipient


def _identity(mail: ReceivedMail) -> int:
    return mail.mail_id


def _mail(found: dict[str, Any]) -> ReceivedMail:
    return ReceivedMail(
        mail_id=int(found["id"]),
        recipient=str(found["recipient"]),
        subject=str(found["subject"]),
        text=str(found["body"]),
        received_at=datetime.fromisoformat(str(found["received_at"])),
    )
