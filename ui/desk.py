"""What every screen is given: the service layer, who is signed in, and the means to speak to the person."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from backoffice.domain.staff import Actor
from ui.tasks import Tasks
from ui.text import Text
from ui.tone import Tone

if TYPE_CHECKING:
    from backoffice.bootstrap import BackOffice


class Notify(QObject):
    """Words for the person: a banner stays until closed or cleared, a toast goes by itself. No dialog."""

    bannered = Signal(str, Tone, str, str, str)  # text, tone, advice, details to copy, key
    cleared = Signal(str)  # key
    toasted = Signal(str, Tone)

    def banner(
        self, text: str, tone: Tone = Tone.WARN, *, advice: str = "", details: str = "", key: str = ""
    ) -> None:
        """Show a banner; one with the same ``key`` (or else text) takes the place of the one before."""
        self.bannered.emit(text, tone, advice, details, key or text)

    def clear(self, key: str) -> None:
        """Take the banner with this key away."""
        self.cleared.emit(key)

    def toast(self, text: str, tone: Tone = Tone.GOOD) -> None:
        """Say for a few seconds that something was done."""
        self.toasted.emit(text, tone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One signed-in person at one desk."""

    office: "BackOffice"
    actor: Actor
    tasks: Tasks
    text: Text
    notify: Notify
