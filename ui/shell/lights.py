"""Who of the outside world answers: a light each, icon and word, and a banner for what it means when one does not."""

from datetime import datetime
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.desk import Notify
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label, StatusChip
from ui.words import tr


class Peer(Protocol):
    """One of DOM, Payments, Mail, Worker, and how it is."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def sentence(self) -> str: ...


_TONES = {"live": Tone.GOOD, "slow": Tone.WARN, "down": Tone.BAD, "unknown": Tone.NEUTRAL}
_ICONS = {"live": "live", "slow": "waiting", "down": "offline", "unknown": "unknown"}
_SHORT = {"Payments": "Pay"}
_MEANS = {
    "DOM": "History shows what this desk knows. Transfers wait and go out by themselves.",
    "Payments": "Cards can not be authorised now; on account works.",
    "Mail": "E-mails wait and go out by themselves.",
    "Worker": "Transfers and e-mails wait until it runs again.",
}


class Lights(QWidget):
    """One light per peer."""

    def __init__(self, text: Text, notify: Notify) -> None:
        super().__init__()
        self.setObjectName("lights")
        self._text = text
        self._notify = notify
        self._lights: dict[str, StatusChip] = {}
        self._down: set[str] = set()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.XL)

    @property
    def words(self) -> dict[str, str]:
        """Return the word beside each name."""
        return {name: chip.word for name, chip in self._lights.items()}

    def show_peers(self, peers: tuple[Peer, ...]) -> None:
        """Show how they are now."""
        for peer in peers:
            if peer.name not in self._lights:
                self._add(peer.name)
            since = tr("since {time}", time=self._text.time(peer.since)) if peer.since else ""
            tip = "\n".join(part for part in (peer.sentence, since) if part)
            chip = self._lights[peer.name]
            chip.show_status(
                tr(peer.state), _TONES.get(peer.state, Tone.NEUTRAL), icon=_ICONS.get(peer.state, ""), tip=tip
            )
            chip.setAccessibleName(f"{peer.name}: {tr(peer.state)}")
            self._explain(peer)

    def _explain(self, peer: Peer) -> None:
        key = f"peer-{peer.name}"
        if peer.state == "down" and peer.name not in self._down:
            self._down.add(peer.name)
            words = tr("{name} not answering since {time}.", name=peer.name, time=self._text.time(peer.since))
            self._notify.banner(words, Tone.WARN, advice=tr(_MEANS.get(peer.name, "")), key=key)
        elif peer.state in {"live", "slow"} and peer.name in self._down:
            self._down.discard(peer.name)
            self._notify.clear(key)
            self._notify.toast(tr("{name} answers again.", name=peer.name))

    def _add(self, name: str) -> None:
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Label(_SHORT.get(name, name), tone=Tone.NEUTRAL, size="small"))
        self._lights[name] = StatusChip(size="small")
        row.addWidget(self._lights[name])
        self._row.addWidget(pair)
