"""Which screens there are, in the order of the navigation; Ctrl+1 is the first."""

from backoffice.domain.staff import Actor
from ui.screens import Screen
from ui.screens.calls.view import CallsScreen
from ui.screens.checkouts.view import CheckoutsScreen
from ui.screens.orders.view import OrdersScreen
from ui.screens.stock.view import StockScreen
from ui.screens.sync.view import SyncScreen
from ui.screens.transfers.view import TransfersScreen

SCREENS: tuple[type[Screen], ...] = (
    CallsScreen,
    OrdersScreen,
    TransfersScreen,
    SyncScreen,
    StockScreen,
    CheckoutsScreen,
)


def screens_for(actor: Actor) -> tuple[type[Screen], ...]:
    """Return the screens this role may see."""
    return tuple(screen for screen in SCREENS if actor.may(screen.right))
