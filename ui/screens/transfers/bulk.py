"""Acting on many transfers.

1. The dry run: look at every transfer meant, count those the act fits, say why the others are left out.
2. Start: one after the other, each with its own result; one refusal does not stop the rest.
3. Stop: the one under way is finished, no other is begun; what was done stays done and is shown.
"""

from dataclasses import replace

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.transfer import Transfer
from ui.answers import trouble_of
from ui.screens.transfers.presenter import TransfersPresenter, perform
from ui.screens.transfers.state import Act, Bulk, BulkPhase, BulkRow, Filters, may
from ui.words import tr, tr_n

LARGEST_GROUP = 10_000
_PAGE = 500


class BulkPresenter:
    """Runs one bulk act at a time on the state of the screen."""

    def __init__(self, screen: TransfersPresenter) -> None:
        """Take the presenter whose state it is part of."""
        self._screen = screen

    def look_at_selected(self, act: Act, transfers: tuple[Transfer, ...]) -> None:
        """Make the dry run over the selected rows."""
        if self._is_running():
            return
        scope = tr_n("{n} selected transfer", "{n} selected transfers", len(transfers))
        self._screen.show(bulk=_dry_run(Bulk(act=act, scope=scope), transfers))

    async def look_at_group(self, act: Act, filters: Filters, scope: str) -> None:
        """Make the dry run over all the filters leave, listed or not."""
        if self._is_running():
            return
        counting = Bulk(act=act, scope=scope)
        self._screen.show(bulk=counting)
        found: list[Transfer] = []
        after = ""
        try:
            while len(found) < LARGEST_GROUP:
                page = await self._screen.transfers.list(
                    self._screen.actor,
                    statuses=filters.statuses,
                    cause=filters.cause,
                    limit=_PAGE,
                    after=after,
                )
                found += page.rows
                after = page.next
                if not after:
                    break
        except (Refusal, StoreUnavailable) as no:
            self._screen.show(bulk=None, trouble=trouble_of(no))
            return
        if self._screen.state.bulk is counting:
            self._screen.show(bulk=_dry_run(counting, tuple(found)))

    async def start(self, *, reason: str = "") -> None:
        """Act on every transfer that fits."""
        bulk = self._screen.state.bulk
        if bulk is None or bulk.phase is not BulkPhase.DRY_RUN or not bulk.fitting:
            return
        if bulk.act is Act.GIVE_UP and not reason.strip():
            return
        self._change(phase=BulkPhase.RUNNING, reason=reason.strip())
        try:
            for place, row in enumerate(bulk.rows):
                if row.fits and not await self._one(place, row):
                    break
        finally:
            self._change(phase=BulkPhase.OVER)
        await self._screen.refresh()

    def stop(self) -> None:
        """Begin no other; before the start and after the end, put the panel away."""
        if self._is_running():
            self._change(phase=BulkPhase.STOPPING)
        else:
            self._screen.show(bulk=None)

    async def _one(self, place: int, row: BulkRow) -> bool:
        """Act on one row and keep its result; False when it is time to stop."""
        bulk = self._screen.state.bulk
        if bulk is None or bulk.phase is not BulkPhase.RUNNING:
            return False
        try:
            after = await perform(
                self._screen.transfers, self._screen.actor, bulk.act, row.transfer, reason=bulk.reason
            )
            ended = replace(row, transfer=after, done=True, sentence=tr("Done."))
        except Refusal as no:
            ended = replace(
                row, done=False, sentence=" ".join(part for part in (no.sentence, no.advice) if part)
            )
        except StoreUnavailable as no:
            ended = replace(row, done=False, sentence=f"{no.sentence} {no.advice}".strip())
        bulk = self._screen.state.bulk
        if bulk is None:
            return False
        self._change(rows=(*bulk.rows[:place], ended, *bulk.rows[place + 1 :]))
        return True

    def _is_running(self) -> bool:
        bulk = self._screen.state.bulk
        return bulk is not None and bulk.phase in {BulkPhase.RUNNING, BulkPhase.STOPPING}

    def _change(self, **changes: object) -> None:
        bulk = self._screen.state.bulk
        if bulk is not None:
            self._screen.show(bulk=replace(bulk, **changes))  # type: ignore[arg-type]  # fields by name


def _dry_run(bulk: Bulk, transfers: tuple[Transfer, ...]) -> Bulk:
    rows = tuple(_looked_at(bulk.act, transfer) for transfer in transfers)
    return replace(bulk, phase=BulkPhase.DRY_RUN, rows=rows)


def _looked_at(act: Act, transfer: Transfer) -> BulkRow:
    if may(act, transfer.status):
        return BulkRow(transfer=transfer, fits=True)
    status = transfer.status.value.replace("_", " ")
    return BulkRow(transfer=transfer, fits=False, sentence=tr("Left out: it is {status}.", status=status))
