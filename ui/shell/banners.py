"""Banners at the foot of the window, only when needed; toasts that go by themselves."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.desk import Notify
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import IconButton, small
from ui.widgets.labels import IconLabel, Label
from ui.words import tr

_TOAST_TIME = 4_000  # ms
_MOST = 3  # banners at once; further ones push the oldest out


class Banners(QWidget):
    """The banners shown, the newest last."""

    def __init__(self, notify: Notify) -> None:
        super().__init__()
        self.setObjectName("banners")
        self._shown: dict[str, Banner] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        notify.bannered.connect(self.show_banner)
        notify.cleared.connect(self.clear)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what the banners say."""
        return tuple(banner.text for banner in self._shown.values())

    def show_banner(self, text: str, tone: Tone, advice: str, details: str, key: str) -> None:
        """Show a banner, in place of the one with the same key."""
        self.clear(key)
        while len(self._shown) >= _MOST:
            self.clear(next(iter(self._shown)))
        banner = Banner(text, tone, advice, details)
        banner.close_button.clicked.connect(_clearing(self, key))
        self._shown[key] = banner
        self._column.addWidget(banner)

    def clear(self, key: str) -> None:
        """Take a banner away; nothing happens when it is not there."""
        banner = self._shown.pop(key, None)
        if banner is not None:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()


class Banner(QFrame):
    """One sentence with its advice, details to copy, and a way to close it."""

    def __init__(self, text: str, tone: Tone, advice: str, details: str) -> None:
        super().__init__()
        self.text = f"{text} {advice}".strip()
        self._details = details
        self.setProperty("banner", tone.value)
        self.setAccessibleName(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, 6, Space.M, 6)
        row.setSpacing(Space.M)
        row.addWidget(IconLabel(tone.icon, color=tone.value))
        label = Label(self.text, wrap=True)
        label.setObjectName("bannerText")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(label, 1)
        if details:
            self._copy = small(QPushButton(tr("Copy details")))
            self._copy.setObjectName("copyDetails")
            self._copy.clicked.connect(self._copy_details)
            row.addWidget(self._copy)
        self.close_button = IconButton("close", tr("Close this message"), name="closeBanner")
        row.addWidget(self.close_button)

    def _copy_details(self) -> None:
        QApplication.clipboard().setText(self._details)
        self._copy.setText(tr("Copied"))


class Toasts(QObject):
    """Shows one toast at a time over the lower middle of a widget."""

    def __init__(self, over: QWidget, notify: Notify) -> None:
        super().__init__(over)
        self._over = over
        self._frame = QFrame(over)
        self._frame.setObjectName("toast")
        self._label = Label()
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        row.addWidget(self._label)
        self._frame.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TOAST_TIME)
        self._timer.timeout.connect(self._frame.hide)
        over.installEventFilter(self)
        notify.toasted.connect(self.show_toast)

    def show_toast(self, text: str, _tone: Tone) -> None:
        """Say something for a few seconds."""
        self._label.setText(text)
        self._frame.setAccessibleName(text)
        self._frame.adjustSize()
        self._place()
        self._frame.show()
        self._frame.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        left = (self._over.width() - self._frame.width()) // 2
        self._frame.move(left, self._over.height() - self._frame.height() - 2 * Space.XL)


def _clearing(banners: Banners, key: str) -> Callable[[], None]:
    def clear() -> None:
        banners.clear(key)

    return clear
