"""The five acts as actions: their words, keys, and when they make no sense."""

from PySide6.QtGui import QAction

from backoffice.domain.staff import Right
from backoffice.domain.statuses import TransferStatus
from ui.screens import Screen
from ui.screens.transfers.state import Act, may
from ui.widgets.buttons import explain
from ui.words import tr

_WORDS = {
    Act.RETRY: ("retry", "Retry", "Ctrl+R", "", "Send it again, under the same key: it can not arrive twice"),
    Act.RESOLVE: ("resolve", "Ask the DOM", "Ctrl+D", "unknown", "Ask the DOM whether it holds the order"),
    Act.HOLD: ("hold", "Hold", "Ctrl+H", "hold", "Keep it here until it is released"),
    Act.RELEASE: ("release", "Release", "Ctrl+L", "play", "Let it go on"),
    Act.GIVE_UP: ("giveUp", "Give up…", "Ctrl+G", "close", "Never send it; the order is cancelled here"),
}


def make_actions(screen: Screen) -> dict[Act, QAction]:
    """Return one action per act, known to the palette of the screen."""
    return {
        act: screen.add_action(name, tr(word), keys, icon=icon, tip=tr(tip))
        for act, (name, word, keys, icon, tip) in _WORDS.items()
    }


def word(act: Act) -> str:
    """Return the act as a word."""
    return tr(_WORDS[act][1]).rstrip("…")


def explain_for(
    screen: Screen, action: QAction, act: Act, status: TransferStatus | None, *, busy: bool
) -> None:
    """Enable the action for a transfer in that status, or say why not."""
    explain(action, _why_not(screen, act, status, busy=busy))


def _why_not(screen: Screen, act: Act, status: TransferStatus | None, *, busy: bool) -> str:
    if not screen.desk.actor.may(Right.TRANSFERS):
        return tr("Only a supervisor may do this.")
    if status is None:
        return tr("Open a transfer first.")
    if busy:
        return tr("Wait until the last act is done.")
    if may(act, status):
        return ""
    return {
        Act.RETRY: tr("Only a failed transfer is sent again."),
        Act.RESOLVE: tr("Only a failed or unknown one is in doubt."),
        Act.HOLD: tr("Only what waits or failed can be held."),
        Act.RELEASE: tr("It is not held."),
        Act.GIVE_UP: tr("Only a failed or held one can be given up."),
    }[act]
