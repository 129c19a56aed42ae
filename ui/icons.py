"""Our own icons: one-colour SVG files, drawn in a colour of the theme, anew when it changes."""

import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.places import RESOURCES
from ui.theme import Theme

_FOLDER = RESOURCES / "icons"
_SIZES = (16, 20)


class TakesIcon(Protocol):
    """An action, a button, a tool button."""

    def setIcon(self, icon: QIcon, /) -> None:
        """Show the icon."""
        ...


def attach(target: TakesIcon, name: str, color: str = "text") -> None:
    """Give an action or button an icon that follows the theme for as long as the target lives."""
    target.setIcon(icon(name, color))
    # The target's own object, not the list of actions, decides how long this lasts.
    reference = weakref.ref(target)
    _attached[id(target)] = (reference, name, color)
    if len(_attached) == 1:
        Theme.active().changed.connect(_repaint)


def name_of(target: TakesIcon) -> str:
    """Return the name of the icon that was attached to a target, "" for none."""
    found = _attached.get(id(target))
    return found[1] if found is not None and found[0]() is target else ""


def icon(name: str, color: str = "text") -> QIcon:
    """Return an icon for the present theme; disabled it is drawn muted."""
    return _icon(name, Theme.active().color(color).name(), Theme.active().color("border").name())


def pixmap(name: str, size: int, color: str = "text", ratio: float = 1.0) -> QPixmap:
    """Return one picture of ``size`` device-independent pixels."""
    return _drawn(name, size, Theme.active().color(color).name(), ratio)


@lru_cache(maxsize=512)
def _icon(name: str, color: str, faint: str) -> QIcon:
    made = QIcon()
    ratio = _finest_ratio()
    for size in _SIZES:
        made.addPixmap(_drawn(name, size, color, ratio), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, size, faint, ratio), QIcon.Mode.Disabled)
    return made


def _finest_ratio() -> float:
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=2048)
def _drawn(name: str, size: int, color: str, ratio: float) -> QPixmap:
    source = _source(name).replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _repaint() -> None:
    for key, (reference, name, color) in tuple(_attached.items()):
        target = reference()
        if target is None or (isinstance(target, QObject) and not shiboken6.isValid(target)):
            del _attached[key]
        else:
            target.setIcon(icon(name, color))


_attached: dict[int, tuple[Callable[[], TakesIcon | None], str, str]] = {}
