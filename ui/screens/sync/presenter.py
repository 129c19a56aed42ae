"""Watching what the DOM tells us.

1. Numbers and the list are read together; a change elsewhere reads them again without a word.
2. An opened message shows its body as it was received; Replay applies it as if it had just come.
3. A stock file is loaded beside the window; it reports as it goes and stops between two portions.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.staff import Actor
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.domain.sync import InboxRow, InboxState, SyncSummary
from ui.answers import Phase, Trouble, trouble_of
from ui.screens.sync.state import PAGE, Filters, Load, Panel, Show, SyncState
from ui.words import tr

LONGEST_REFRESH = 500
LONGEST_BODY = 200_000  # characters shown; the rest is said to be there


class Messages(Protocol):
    """What is asked of OrderSync."""

    async def summary(self, actor: Actor, /) -> SyncSummary:
        """Return the numbers."""
        ...

    async def messages(
        self, actor: Actor, /, *, states: frozenset[InboxState], kind: str, limit: int, before: str
    ) -> tuple[InboxRow, ...]:
        """Return messages, newest first."""
        ...

    async def body(self, actor: Actor, message_id: str, /) -> str:
        """Return a message as received."""
        ...

    async def replay(self, actor: Actor, message_id: str, /) -> InboxRow:
        """Apply a message again."""
        ...


class Loader(Protocol):
    """What is asked of Inventory."""

    async def load_inventory(
        self,
        actor: Actor,
        path: Path,
        /,
        *,
        progress: Callable[[LoadProgress], None],
        cancel: Callable[[], bool],
    ) -> LoadResult:
        """Load a file; ``progress`` and ``cancel`` may be called on any thread."""
        ...


class SyncPresenter:
    """Holds the state and shows each change of it."""

    def __init__(
        self,
        *,
        order_sync: Messages,
        inventory: Loader,
        actor: Actor,
        show: Show,
        on_loop: Callable[[Callable[[], None]], object],
    ) -> None:
        """Take the services, the one who acts, where to show, and the way back to the window's thread."""
        self.state = SyncState()
        self._sync = order_sync
        self._inventory = inventory
        self._actor = actor
        self._show_state = show
        self._on_loop = on_loop
        self._listing = 0
        self._opening = 0

    async def filter(self, filters: Filters) -> None:
        """List what the filters leave, from the newest."""
        self._listing += 1
        mine = self._listing
        self._show(filters=filters, phase=Phase.ASKING, trouble=None, more_asked=False)
        try:
            summary = await self._sync.summary(self._actor)
            rows = await self._rows(filters, limit=PAGE)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._listing:
                self._show(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        except Exception:
            if mine == self._listing:
                self._show(
                    phase=Phase.FAILED, trouble=Trouble(sentence=tr("The messages could not be read."))
                )
            raise
        if mine == self._listing:
            self._show(phase=Phase.READY, summary=summary, rows=rows, complete=len(rows) < PAGE)

    async def load_more(self) -> None:
        """Append older messages, if there are any and none are on their way."""
        state = self.state
        if state.complete or state.more_asked or state.phase is not Phase.READY or not state.rows:
            return
        mine = self._listing
        self._show(more_asked=True)
        try:
            older = await self._rows(state.filters, limit=PAGE, before=state.rows[-1].message_id)
            if mine == self._listing:
                known = {row.message_id for row in self.state.rows}
                new = tuple(row for row in older if row.message_id not in known)
                self._show(rows=self.state.rows + new, complete=len(older) < PAGE)
        finally:
            if mine == self._listing:
                self._show(more_asked=False)

    async def refresh(self) -> None:
        """Read numbers and list again."""
        state = self.state
        if state.phase is Phase.ASKING:
            return
        mine = self._listing
        limit = min(max(len(state.rows), PAGE), LONGEST_REFRESH)
        summary = await self._sync.summary(self._actor)
        rows = await self._rows(state.filters, limit=limit)
        if mine == self._listing and not self.state.more_asked:
            complete = len(rows) < limit
            self._show(phase=Phase.READY, summary=summary, rows=rows, complete=complete, trouble=None)
        panel = self.state.panel
        if panel is not None:
            newer = next((row for row in rows if row.message_id == panel.row.message_id), panel.row)
            self._panel_of(panel.row.message_id, row=newer)

    async def open(self, row: InboxRow) -> None:
        """Show one message with its body."""
        self._opening += 1
        mine = self._opening
        self._show(panel=Panel(row=row))
        try:
            body = await self._sync.body(self._actor, row.message_id)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._opening:
                self._panel_of(row.message_id, phase=Phase.FAILED, trouble=trouble_of(no))
            return
        if mine == self._opening:
            self._panel_of(row.message_id, phase=Phase.READY, body=readable(body))

    def close(self) -> None:
        """Put the opened message away."""
        self._opening += 1
        self._show(panel=None)

    async def replay(self) -> None:
        """Apply the opened message again."""
        panel = self.state.panel
        if panel is None or panel.busy:
            return
        key = panel.row.message_id
        self._panel_of(key, busy=True, trouble=None, done="")
        try:
            row = await self._sync.replay(self._actor, key)
            word = row.state.value.replace("_", " ")
            sentence = tr("Replayed: it is {state} now. {why}", state=word, why=row.reason).strip()
            self._panel_of(key, row=row, done=sentence)
        except (Refusal, StoreUnavailable) as no:
            self._panel_of(key, trouble=trouble_of(no))
        finally:
            self._panel_of(key, busy=False)
        await self.refresh()

    async def load(self, path: str) -> None:
        """Load a stock file."""
        if self.state.load is not None and self.state.load.running:
            return
        if not path.strip():
            trouble = Trouble(sentence=tr("Choose a file first."), advice=tr("A CSV file of stock records."))
            self._show(load=Load(path="", running=False, trouble=trouble))
            return
        self._show(load=Load(path=path))
        file = Path(path)
        try:
            result = await self._inventory.load_inventory(
                self._actor, file, progress=self._progressed, cancel=self._is_stopping
            )
            self._load(result=result)
        except (Refusal, StoreUnavailable) as no:
            self._load(trouble=trouble_of(no))
        except OSError as no:
            advice = "Check the path and your rights to read it."
            self._load(
                trouble=Trouble(
                    sentence=tr("The file can not be read: {why}.", why=no.strerror), advice=advice
                )
            )
        finally:
            self._load(running=False, stopping=False)
        await self.refresh()

    def stop_loading(self) -> None:
        """Stop after the portion under way; what is loaded stays."""
        if self.state.load is not None and self.state.load.running:
            self._load(stopping=True)

    def _progressed(self, progress: LoadProgress) -> None:
        # Called on the thread that loads: only the window's thread shows.
        def show() -> None:
            if self.state.load is not None and self.state.load.running:
                self._load(progress=progress)

        self._on_loop(show)

    def _is_stopping(self) -> bool:
        return self.state.load is None or self.state.load.stopping

    def _load(self, **changes: object) -> None:
        if self.state.load is not None:
            self._show(load=replace(self.state.load, **changes))  # type: ignore[arg-type]  # fields by name

    def _panel_of(self, message_id: str, **changes: object) -> None:
        panel = self.state.panel
        if panel is not None and panel.row.message_id == message_id:
            self._show(panel=replace(panel, **changes))  # type: ignore[arg-type]  # fields by name

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # fields by name
        self._show_state(self.state)

    async def _rows(self, filters: Filters, *, limit: int, before: str = "") -> tuple[InboxRow, ...]:
        states = frozenset({filters.state} if filters.state else ())
        return await self._sync.messages(
            self._actor, states=states, kind=filters.kind, limit=limit, before=before
        )


def readable(body: str) -> str:
    """Return JSON indented; what is no JSON as it is; what is very long cut, and said so."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        text = body
    if len(text) > LONGEST_BODY:
        rest = tr("… {count} more characters", count=len(text) - LONGEST_BODY)
        return f"{text[:LONGEST_BODY]}\n{rest}"
    return text
