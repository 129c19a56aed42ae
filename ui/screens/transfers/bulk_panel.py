"""Acting on many: the dry run with its count, then a result per row."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QVBoxLayout

from ui.screens.transfers import columns
from ui.screens.transfers.acts import word
from ui.screens.transfers.state import Act, Bulk, BulkPhase
from ui.theme import Space
from ui.widgets.labels import Label, restyle
from ui.widgets.rows import RowsModel
from ui.widgets.tables import LazyTable
from ui.words import tr, tr_n

_ROWS = 5


class BulkPanel(QFrame):
    """Stands above the list while many are acted on; never a dialog."""

    started = Signal(str)  # reason, "" where none is needed
    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bulkPanel")
        self._bulk: Bulk | None = None
        self._summary = Label(size="heading", wrap=True)
        self._summary.setObjectName("bulkSummary")
        self._reason = QLineEdit()
        self._reason.setObjectName("bulkReason")
        self._reason.setPlaceholderText(tr("Why they will never be sent"))
        self._reason.setAccessibleName(tr("Reason for giving up"))
        self._reason.textChanged.connect(self._reason_typed)
        self._start = QPushButton()
        self._start.setObjectName("bulkStartButton")
        self._start.clicked.connect(self._begin)
        self._cancel = QPushButton()
        self._cancel.setObjectName("bulkCancelButton")
        self._cancel.clicked.connect(self.stopped)
        self._bar = QProgressBar()
        self._bar.setObjectName("bulkProgress")
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setTextVisible(False)
        self._model = RowsModel(columns.bulk_columns(), lambda row: row.transfer.order_number)
        self._table = LazyTable(self._model, name="bulkTable", says=tr("Result per transfer"))
        self._arrange()
        self.hide()

    def show_bulk(self, bulk: Bulk | None) -> None:
        """Show how far it is; None puts the panel away."""
        before, self._bulk = self._bulk, bulk
        self.setVisible(bulk is not None)
        if bulk is None:
            self._reason.clear()
            return
        if before is None or before.rows is not bulk.rows:
            self._model.show_rows(bulk.rows)
        self._summary.setText(_said(bulk))
        asking = bulk.act is Act.GIVE_UP and bulk.phase is BulkPhase.DRY_RUN
        self._reason.setVisible(asking)
        self._start.setVisible(bulk.phase is BulkPhase.DRY_RUN)
        self._start.setText(tr_n("{act} {n}", "{act} {n}", bulk.fitting, act=word(bulk.act)))
        self._start.setProperty("kind", "danger" if bulk.act is Act.GIVE_UP else "primary")
        restyle(self._start)
        self._start.setEnabled(bulk.fitting > 0 and (not asking or bool(self._reason.text().strip())))
        over = bulk.phase is BulkPhase.OVER
        running = bulk.phase in {BulkPhase.RUNNING, BulkPhase.STOPPING}
        self._cancel.setText(tr("Close") if over else tr("Stop") if running else tr("Cancel"))
        self._cancel.setEnabled(bulk.phase is not BulkPhase.STOPPING)
        self._bar.setVisible(running)
        self._bar.setRange(0, max(bulk.fitting, 1))
        self._bar.setValue(bulk.finished)
        if bulk.phase is BulkPhase.DRY_RUN and (before is None or before.phase is not BulkPhase.DRY_RUN):
            (self._reason if asking else self._start if bulk.fitting else self._cancel).setFocus()
        if over and before is not None and before.phase is not BulkPhase.OVER:
            self._cancel.setFocus()

    def _arrange(self) -> None:
        self.setProperty("banner", "info")
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._summary, 1)
        top.addWidget(self._reason, 1)
        top.addWidget(self._start)
        top.addWidget(self._cancel)
        self._table.setFixedHeight(self._table.verticalHeader().defaultSectionSize() * (_ROWS + 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.M)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self._table)

    def _begin(self) -> None:
        self.started.emit(self._reason.text())

    def _reason_typed(self, _text: str) -> None:
        if self._bulk is not None:
            self.show_bulk(self._bulk)


def _said(bulk: Bulk) -> str:
    act, count = word(bulk.act), len(bulk.rows)
    if bulk.phase is BulkPhase.COUNTING:
        return tr("{act}: counting {scope}…", act=act, scope=bulk.scope)
    if bulk.phase is BulkPhase.DRY_RUN:
        left = count - bulk.fitting
        out = tr_n(", {n} is left out", ", {n} are left out", left) if left else ""
        return tr(
            "{act}: {fits} of {scope}{out}. Nothing is done yet.",
            act=act,
            fits=bulk.fitting,
            scope=bulk.scope,
            out=out,
        )
    done = bulk.finished - bulk.failed
    refused = tr_n(", {n} refused", ", {n} refused", bulk.failed) if bulk.failed else ""
    if bulk.phase is BulkPhase.OVER:
        undone = bulk.fitting - bulk.finished
        rest = tr(", {count} not begun", count=undone) if undone else ""
        return tr("{act}: {done} done{refused}{rest}.", act=act, done=done, refused=refused, rest=rest)
    stopping = tr(" Stopping after this one.") if bulk.phase is BulkPhase.STOPPING else ""
    return tr(
        "{act}: {done} of {fits} done{refused}.{stopping}",
        act=act, done=done, fits=bulk.fitting, refused=refused, stopping=stopping,
    )  # fmt: skip
