"""The screens, and the one shape they share.

``ui/screens/<name>/view.py`` holds ``<Name>Screen(Screen)``: ``calls.view.CallsScreen``,
``orders.view.OrdersScreen``, ``transfers.view.TransfersScreen``, ``sync.view.SyncScreen``,
``stock.view.StockScreen``, ``checkouts.view.CheckoutsScreen``. The shell makes one of each that the signed-in role may
see, connects its signals, shows it and tells it when it is entered and left.
"""

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from backoffice.domain.staff import Right
from ui import icons
from ui.desk import Desk
from ui.widgets.card_guard import CardGuards

EVERYWHERE = "everywhere"


class Screen(QWidget):
    """A screen of the desk. Its actions (``add_action``) are shown in the palette and the shortcut sheet."""

    title: ClassVar[str]
    icon: ClassVar[str]  # a name in resources/icons
    right: ClassVar[Right]  # who sees it

    open_order = Signal(str)  # order number: shown on Orders
    start_call = Signal(str)  # customer id: a new call on Calls
    resume_call = Signal(str)  # call id: shown on Calls
    open_stock = Signal(str)  # SKU: shown on Stock
    open_transfer = Signal(str)  # order number: shown on Transfers

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        CardGuards.watch()
        self.desk = desk
        self.setAccessibleName(self.title)

    def add_action(
        self,
        name: str,
        words: str,
        shortcut: str = "",
        *,
        icon: str = "",
        tip: str = "",
        everywhere: bool = False,
    ) -> QAction:
        """Make an action of this screen; ``name`` is its object name.

        Its key works on this screen, or ``everywhere`` on the desk: the shell then goes to the screen first.
        """
        action = QAction(words, self)
        action.setObjectName(name)
        action.setProperty(EVERYWHERE, everywhere)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys = f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if shortcut else ""
        action.setToolTip((tip or words) + keys)
        if icon:
            icons.attach(action, icon)
        self.addAction(action)
        return action

    def entered(self) -> None:
        """Put the focus where work begins; load what is not loaded yet."""

    def left(self) -> None:
        """Stop what only makes sense while looked at."""

    def refresh(self) -> None:
        """Somebody committed something: show it, without disturbing selection or scroll."""

    def show_subject(self, subject: str) -> None:
        """Show one thing.

        Calls: a customer id (starts a call), or an open call's id; Orders, Transfers: an order number; Stock: a SKU.
        """
