"""Sign-in: name and password, or in the demo a button that fills them in."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.errors import Refusal
from backoffice.domain.staff import Actor, Role
from ui import icons
from ui.desk import Notify
from ui.shell.banners import Banners
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import EnterPresses
from ui.widgets.fields import Field
from ui.widgets.labels import Hairline, Label
from ui.words import tr

ROLES = {
    Role.AGENT: "agent",
    Role.SUPPORT: "support",
    Role.SUPERVISOR: "supervisor",
    Role.SYSTEM: "system",
}


class DemoLogin(Protocol):
    """What the demo offers to fill in."""

    @property
    def login(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInState:
    """``wrong`` is the sentence under the fields."""

    busy: bool = False
    wrong: str = ""


SignIn = Callable[[str, str], Coroutine[Any, Any, Actor]]


class SignInPresenter:
    """Tries a name and a password; tells the view how it stands."""

    def __init__(self, sign_in: SignIn, show: Callable[[SignInState], None]) -> None:
        """Take the way to sign in and the way to show."""
        self._sign_in = sign_in
        self._show = show
        self.state = SignInState()

    async def try_in(self, login: str, password: str) -> Actor | None:
        """Return who signed in, or None after having said why not."""
        if self.state.busy:
            return None
        if not login.strip() or not password:
            self._become(SignInState(wrong=tr("Type your name and your password.")))
            return None
        self._become(replace(self.state, busy=True, wrong=""))
        try:
            actor = await self._sign_in(login.strip(), password)
        except Refusal as refusal:
            self._become(SignInState(wrong=f"{refusal.sentence} {refusal.advice}".strip()))
            return None
        except BaseException:
            self._become(SignInState())
            raise
        return actor

    def _become(self, state: SignInState) -> None:
        self.state = state
        self._show(state)


class SignInPage(QWidget):
    """The fields, the sentence, the demo's buttons."""

    submitted = Signal(str, str)

    def __init__(self, demo_logins: tuple[DemoLogin, ...] = (), notify: Notify | None = None) -> None:
        super().__init__()
        self.setObjectName("signIn")
        self._login = QLineEdit()
        self._login.setObjectName("loginField")
        self._password = QLineEdit()
        self._password.setObjectName("passwordField")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._wrong = Label(tone=Tone.BAD, wrap=True)
        self._wrong.setObjectName("signInWrong")
        self._button = QPushButton(tr("Sign in"))
        self._button.setObjectName("signInButton")
        self._button.setProperty("kind", "primary")
        self._button.setMinimumHeight(34)
        self._enter = EnterPresses(self)
        self._button.installEventFilter(self._enter)
        for field in (self._login, self._password):
            field.returnPressed.connect(self._submit)
        self._button.clicked.connect(self._submit)
        self._notify = notify
        self._busy = False
        self._demo = [_DemoButton(login) for login in demo_logins]
        self._lay_out()

    def show_state(self, state: SignInState) -> None:
        """Show how it stands; after a refusal the password is to be typed again."""
        for widget in (self._login, self._password, self._button, *self._demo):
            widget.setEnabled(not state.busy)
        self._button.setText(tr("Signing in …") if state.busy else tr("Sign in"))
        self._wrong.setText(state.wrong)
        self._wrong.setVisible(bool(state.wrong))
        was_busy, self._busy = self._busy, state.busy
        if state.wrong or (was_busy and not state.busy):
            target = self._password if self._login.text() else self._login
            target.selectAll()
            target.setFocus()

    def entered(self) -> None:
        """Put the focus where typing begins."""
        self._login.setFocus()

    def _lay_out(self) -> None:
        card = QFrame()
        card.setProperty("surface", "card")
        card.setFixedWidth(380)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(28, 24, 28, 24)
        inner.setSpacing(Space.L)
        inner.addLayout(_heading())
        inner.addWidget(Field(tr("Name"), self._login))
        inner.addWidget(Field(tr("Password"), self._password))
        inner.addWidget(self._wrong)
        inner.addWidget(self._button)
        self._wrong.hide()
        if self._demo:
            inner.addWidget(Hairline())
            inner.addWidget(Label(tr("This is the demo. Sign in as:"), tone=Tone.NEUTRAL, size="small"))
            for button in self._demo:
                button.chosen.connect(self._fill)
                inner.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(2)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        if self._notify is not None:
            column.addWidget(Banners(self._notify))

    def _submit(self) -> None:
        self.submitted.emit(self._login.text(), self._password.text())

    def _fill(self, login: str, password: str) -> None:
        self._login.setText(login)
        self._password.setText(password)
        self._button.setFocus()


class _DemoButton(QPushButton):
    chosen = Signal(str, str)

    def __init__(self, offer: DemoLogin) -> None:
        super().__init__(f"{offer.name} · {tr(ROLES[offer.role])}")
        self._offer = offer
        self.setObjectName(f"demo-{offer.login}")
        self.setToolTip(tr("Fills in name and password"))
        self.setProperty("kind", "flat")
        self.setStyleSheet("text-align: left;")
        icons.attach(self, "person", "muted")
        self._enter = EnterPresses(self)
        self.installEventFilter(self._enter)
        self.clicked.connect(self._choose)

    def _choose(self) -> None:
        self.chosen.emit(self._offer.login, self._offer.password)


def _heading() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.L)
    logo = QLabel()
    logo.setPixmap(icons.pixmap("backoffice", 36, "accent", 2))
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(Label(tr("Backoffice"), size="title"))
    words.addWidget(Label(tr("Orders on behalf of customers"), size="small", tone=Tone.NEUTRAL))
    row.addWidget(logo)
    row.addLayout(words, 1)
    return row
