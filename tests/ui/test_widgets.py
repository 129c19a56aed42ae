"""What screens are made of: rows that keep their place, states that say what is so, words that are never markup."""

import asyncio
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Until
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton, explain
from ui.widgets.fields import Field, SearchField
from ui.widgets.labels import Label, StatusChip, plain_tip
from ui.widgets.rows import Column, RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    number: str
    word: str = "waiting"


def number_of(parcel: Parcel) -> str:
    return parcel.number


def word_of(parcel: Parcel) -> str:
    return parcel.word


def tone_of(parcel: Parcel) -> Tone:
    return Tone.GOOD if parcel.word == "sent" else Tone.NEUTRAL


def parcels(*numbers: str) -> list[Parcel]:
    return [Parcel(number=number) for number in numbers]


@pytest.fixture
def model(qapp: QApplication) -> RowsModel[Parcel]:
    return RowsModel(
        [
            Column(title="Number", text=number_of, stretch=True),
            Column(title="Status", text=word_of, tone=tone_of),
        ],
        key=number_of,
    )


@pytest.fixture
def table(model: RowsModel[Parcel], qtbot: QtBot) -> LazyTable:
    made = LazyTable(model, name="parcels", says="Parcels", many=True)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


@pytest.mark.parametrize(
    "after",
    [
        ["c"],
        ["x", "a", "b", "c", "d"],
        ["d", "c", "b", "a"],
        ["a", "x", "y", "c", "z"],
        ["z", "c", "a", "q", "b"],
        ["b", "c", "a", "d", "e", "f"],
    ],
    ids=["fewer", "one more", "turned round", "others between", "shuffled", "moved and more"],
)
def test_what_is_marked_stays_marked_when_rows_come_go_and_move(
    model: RowsModel[Parcel], table: LazyTable, after: list[str]
) -> None:
    model.show_rows(parcels("a", "b", "c", "d"))
    table.go_to_key("c")
    model.show_rows(parcels(*after))
    assert [row.number for row in model.rows] == after
    assert table.current_row == Parcel(number="c")
    assert table.marked == (Parcel(number="c"),)


def test_a_row_that_changed_is_repainted_in_its_place(model: RowsModel[Parcel], table: LazyTable) -> None:
    model.show_rows(parcels("a", "b"))
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.show_rows([Parcel(number="a"), Parcel(number="b", word="sent")])
    assert changed == [(1, 1)]
    assert model.index(1, 1).data() == "sent"
    assert not table.grab().isNull()


def test_a_page_is_asked_for_once_until_it_came(model: RowsModel[Parcel]) -> None:
    asked: list[bool] = []
    model.more_wanted.connect(lambda: asked.append(True))
    model.show_rows(parcels("a"), more=True)
    nowhere = QModelIndex()
    for _ in range(3):
        model.fetchMore(nowhere)
    assert len(asked) == 1
    model.page_failed()
    model.fetchMore(nowhere)
    assert len(asked) == 2
    model.add_rows(parcels("a", "b"), more=False)
    assert [row.number for row in model.rows] == ["a", "b"]
    assert not model.canFetchMore(nowhere)


def test_enter_opens_the_row_the_cursor_is_on(model: RowsModel[Parcel], table: LazyTable) -> None:
    opened: list[object] = []
    table.opened.connect(opened.append)
    model.show_rows(parcels("a", "b"))
    table.go_to(1)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened == [Parcel(number="b")]


def test_a_cell_is_spoken_with_its_column(model: RowsModel[Parcel]) -> None:
    model.show_rows([Parcel(number="a", word="sent")])
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "Status: sent"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Number"


def test_markup_of_a_customer_is_shown_as_it_was_typed(qapp: QApplication) -> None:
    assert Label("<b>Bobby</b>").textFormat() is Qt.TextFormat.PlainText
    assert plain_tip("<img src=x>") == "<span>&lt;img src=x&gt;</span>"
    assert plain_tip("") == ""


def test_a_status_is_a_word_beside_its_colour(qtbot: QtBot) -> None:
    chip = StatusChip("live", Tone.GOOD)
    qtbot.addWidget(chip)
    chip.show_status("down", Tone.BAD, tip="Connection refused.")
    assert chip.word == chip.accessibleName() == "down"
    assert chip.accessibleDescription() == "Connection refused."


def test_a_disabled_button_says_why(qtbot: QtBot) -> None:
    action = QAction("Submit")
    action.setObjectName("submit")
    action.setShortcut("F9")
    button = KeyHintButton(action)
    qtbot.addWidget(button)
    assert "F9" in button.text()
    explain(action, "Prepare first.")
    assert not button.isEnabled()
    assert "Prepare first." in button.toolTip()
    assert button.accessibleDescription() == "Prepare first."
    explain(action, "")
    assert button.isEnabled()
    assert "Prepare first." not in button.toolTip()


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(qtbot: QtBot) -> None:
    edit = QLineEdit("1,5")
    field = Field("Quantity", edit)
    qtbot.addWidget(field)
    field.show_wrong("Whole pieces only.")
    assert field.wrong == edit.accessibleDescription() == "Whole pieces only."
    assert edit.text() == "1,5"
    assert edit.accessibleName() == "Quantity"
    field.show_wrong("")
    assert edit.accessibleDescription() == ""


async def test_a_search_waits_for_a_pause_in_typing(qtbot: QtBot, until: Until) -> None:
    field = SearchField("Find")
    qtbot.addWidget(field)
    searched: list[str] = []
    field.searched.connect(searched.append)
    QTest.keyClicks(field, "helmet")
    assert searched == []
    await until(lambda: searched)
    assert searched == ["helmet"]


async def test_what_comes_at_once_never_flashes_loading(qtbot: QtBot) -> None:
    content = QWidget()
    view = StateView(content)
    qtbot.addWidget(view)
    view.show_loading("Asking the DOM …")
    assert view.currentWidget() is content
    view.show_content()
    await asyncio.sleep(0.2)
    assert view.currentWidget() is content


async def test_an_empty_list_says_what_would_be_there(qtbot: QtBot) -> None:
    view = StateView(QWidget())
    qtbot.addWidget(view)
    again = QAction("Try again")
    view.show_failed("The DOM did not answer.", "What this desk knows is shown.", again)
    titles = [label.text() for label in view.findChildren(QLabel)]
    assert "The DOM did not answer." in titles
    assert view.state == "failed"
    view.show_offline("Offline.")
    assert view.state == "offline"
    view.show_loading("Asking …")
    await asyncio.sleep(0.2)
    assert view.state == "loading"
    assert view.currentWidget() is not view.widget(0)
