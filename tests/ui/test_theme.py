"""Both themes can be read by everybody, and change while the desk is open."""

import re
from dataclasses import asdict

import pytest
from PySide6.QtGui import QAction, QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from ui import icons
from ui.places import RESOURCES
from ui.theme import DARK, LIGHT, Scheme, Theme, Tokens, scaled, sheet, token_names

TEXT_ON = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "selection"),
    ("text", "hover"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    *(
        (tone, ground)
        for tone in ("good", "warn", "bad", "info")
        for ground in ("surface", "window", "sunken")
    ),
    *((tone, f"{tone}_soft") for tone in ("good", "warn", "bad", "info", "muted")),
    *(("text", f"{tone}_soft") for tone in ("good", "warn", "bad", "info", "muted")),
]


def luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    parts = QColor(colour)
    return 0.2126 * linear(parts.redF()) + 0.7152 * linear(parts.greenF()) + 0.0722 * linear(parts.blueF())


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_word_can_be_read_on_its_ground(tokens: Tokens) -> None:
    colours = asdict(tokens)
    faint = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in TEXT_ON
        if contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_can_be_seen(tokens: Tokens) -> None:
    assert contrast(tokens.border, tokens.surface) >= 3
    assert contrast(tokens.accent, tokens.surface) >= 3


def test_the_sheet_knows_every_token_it_names(qapp: QApplication) -> None:
    for tokens in (LIGHT, DARK):
        assert "@" not in sheet(tokens)


def test_every_token_is_used(qapp: QApplication) -> None:
    source = (RESOURCES / "styles" / "desk.qss").read_text(encoding="utf-8")
    assert set(token_names()) - set(re.findall(r"@([a-z_]+)", source)) == set()


def test_dark_changes_palette_and_icons_while_the_desk_is_open(qapp: QApplication) -> None:
    theme = Theme.active()
    action = QAction("Search")
    icons.attach(action, "search")
    before = action.icon().pixmap(16, 16).toImage()
    theme.use(Scheme.DARK)
    assert theme.tokens == DARK
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    assert action.icon().pixmap(16, 16).toImage() != before
    theme.toggle()
    assert theme.tokens == LIGHT
    assert action.icon().pixmap(16, 16).toImage() == before


def test_every_icon_can_be_drawn(qapp: QApplication) -> None:
    for file in sorted((RESOURCES / "icons").glob("*.svg")):
        picture = icons.pixmap(file.stem, 16).toImage()
        seen = {picture.pixelColor(x, y).alpha() for x in range(16) for y in range(16)}
        assert max(seen) > 100, file.name


def test_text_grows_with_the_font_of_the_person(qapp: QApplication) -> None:
    font = QFont()
    font.setPointSizeF(20)
    assert scaled(font, 1.5).pointSizeF() == 30
    font.setPixelSize(20)
    assert scaled(font, 0.9).pixelSize() == 18
