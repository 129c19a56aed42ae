"""Light and dark: one small set of tokens, a sheet made from it, and a signal when it changes.

Widgets that paint themselves ask ``Theme.active().tokens``; everything else is in
``resources/styles/desk.qss``, where ``@name`` is a token.
"""

import re
from dataclasses import asdict, dataclass, fields
from enum import Enum
from functools import lru_cache
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ui.places import RESOURCES

_SHEET = RESOURCES / "styles" / "desk.qss"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """Colours of one theme, each pair of text and ground at WCAG 2.2 AA."""

    window: str  # behind everything
    surface: str  # what is worked on: tables, fields, cards
    sunken: str  # navigation, headers
    hairline: str
    border: str  # around fields: 3:1 against the ground
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    hover: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    info: str
    info_soft: str
    muted_soft: str


LIGHT = Tokens(
    window="#f7f7f5", surface="#ffffff", sunken="#f0f0ed", hairline="#e2e2de", border="#8a8f98",
    text="#1b1d21", muted="#59606b", accent="#2b56cc", accent_hover="#2248b0", on_accent="#ffffff",
    selection="#dde7fc", hover="#ececea",
    good="#156c3f", good_soft="#e2f3e9", warn="#7d4e00", warn_soft="#fbefd5",
    bad="#a8221b", bad_soft="#fbe4e2",
    info="#2b56cc", info_soft="#e5ecfc", muted_soft="#ebebe8",
)  # fmt: skip
DARK = Tokens(
    window="#15171b", surface="#1b1e23", sunken="#111317", hairline="#2c3037", border="#767d89",
    text="#e9ebee", muted="#a2aab6", accent="#8fadff", accent_hover="#a9c0ff", on_accent="#0a1430",
    selection="#2b3b63", hover="#252930",
    good="#63d096", good_soft="#163526", warn="#ebb653", warn_soft="#3a2d10",
    bad="#ff9389", bad_soft="#44201d",
    info="#8fadff", info_soft="#1f2b4a", muted_soft="#292d34",
)  # fmt: skip


class Scheme(Enum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Space:
    """Distances in a layout, in device-independent pixels."""

    S = 4
    M = 8
    L = 12
    XL = 16


class Theme(QObject):
    """The look of the application; one per process."""

    changed = Signal()
    _active: "Theme | None" = None

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Scheme.SYSTEM
        self.tokens = LIGHT
        self._dressed: WeakSet[QWidget] = WeakSet()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @classmethod
    def active(cls) -> "Theme":
        """Return the theme of this process, made and applied when first asked for."""
        if cls._active is None:
            cls._active = cls()
            cls._active.use(Scheme.SYSTEM)
        return cls._active

    def dress(self, window: QWidget) -> None:
        """Give a window the sheet, now and after each change.

        The window and not the application has it: Qt looks at a widget's style each time it moves to another parent,
        and what is built without the sheet and moved in once costs a third of the time.
        """
        self._dressed.add(window)
        window.setStyleSheet(sheet(self.tokens))

    @property
    def is_dark(self) -> bool:
        """Tell whether the dark tokens are in use."""
        return self.tokens is DARK

    def use(self, scheme: Scheme) -> None:
        """Follow the system, or be light or dark whatever it says."""
        self.scheme = scheme
        self._apply(_wanted(scheme))

    def toggle(self) -> None:
        """Go to the other one."""
        self.use(Scheme.LIGHT if self.is_dark else Scheme.DARK)

    def color(self, token: str) -> QColor:
        """Return a token's colour."""
        return _color(getattr(self.tokens, token))

    def _follow(self) -> None:
        if self.scheme is Scheme.SYSTEM and _wanted(self.scheme) is not self.tokens:
            self._apply(_wanted(self.scheme))

    def _apply(self, tokens: Tokens) -> None:
        self.tokens = tokens
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setStyle("Fusion")
            application.setPalette(_palette(tokens))
        for window in tuple(self._dressed):
            if shiboken6.isValid(window):  # Python may still know one that Qt has let go of
                window.setStyleSheet(sheet(tokens))
        self.changed.emit()


@lru_cache(maxsize=128)
def _color(name: str) -> QColor:
    return QColor(name)


def sheet(tokens: Tokens) -> str:
    """Return the style sheet with the tokens filled in; a name that is no token is a KeyError."""
    folder, scheme = RESOURCES / "icons", "dark" if tokens is DARK else "light"
    drawn = {name: (folder / f"{name}-{scheme}.svg").as_posix() for name in ("tick", "chevron")}
    values = asdict(tokens) | drawn
    return re.sub(r"@([a-z_]+)", lambda found: values[found.group(1)], _SHEET.read_text(encoding="utf-8"))


def token_names() -> tuple[str, ...]:
    """Return every token's name."""
    return tuple(field.name for field in fields(Tokens))


def figures(font: QFont) -> QFont:
    """Return the font with figures of equal width, for columns of amounts and running clocks."""
    tabular = QFont(font)
    tabular.setFeature(QFont.Tag("tnum"), 1)
    return tabular


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """Return the font larger or smaller, whatever size the person reads at."""
    other = QFont(font)
    if font.pointSizeF() > 0:
        other.setPointSizeF(font.pointSizeF() * factor)
    else:
        other.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if bold:
        other.setWeight(QFont.Weight.DemiBold)
    return other


def _wanted(scheme: Scheme) -> Tokens:
    if scheme is Scheme.SYSTEM:
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if scheme is Scheme.DARK else LIGHT


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.sunken,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
        role.Mid: tokens.hairline,
        role.Dark: tokens.border,
        role.Light: tokens.surface,
    }
    palette = QPalette()
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    return palette
