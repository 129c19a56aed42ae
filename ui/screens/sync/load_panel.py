"""Loading a stock file: the path, progress while it runs, a report at the end."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from backoffice.domain.stock_file import LoadProgress, LoadResult
from ui.screens.sync.state import Load
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label
from ui.words import tr

_STEPS = 1000


class LoadPanel(QFrame):
    """Stands above the list; never a dialog that has to be answered."""

    wanted = Signal(str)  # path
    stopped = Signal()
    closed = Signal()

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("loadPanel")
        self.setProperty("banner", "muted")
        self._text = text
        self._running = False
        self._path = QLineEdit()
        self._path.setObjectName("loadPath")
        self._path.setAccessibleName(tr("Stock file"))
        self._path.setPlaceholderText(tr("Stock file: CSV with sku, location, quantity; or JSON lines"))
        self._path.returnPressed.connect(self._want)
        self._choose = _button("loadChooseButton", tr("Choose…"))
        self._choose.clicked.connect(self._choose_file)
        self._start = _button("loadStartButton", tr("Load"))
        self._start.setProperty("kind", "primary")
        self._start.clicked.connect(self._want)
        self._cancel = _button("loadCancelButton", tr("Close"))
        self._cancel.clicked.connect(self._leave)
        self._bar = QProgressBar()
        self._bar.setObjectName("loadProgress")
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._report = Label(wrap=True)
        self._report.setObjectName("loadReport")
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._path, 1)
        for button in (self._choose, self._start, self._cancel):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.M)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._report)
        self.show_load(None)
        self.hide()

    def open(self) -> None:
        """Show the panel and wait for a path."""
        self.show()
        self._path.setFocus()

    def show_load(self, load: Load | None) -> None:
        """Show how far the load is."""
        self._running = load is not None and load.running
        self._path.setEnabled(not self._running)
        self._choose.setEnabled(not self._running)
        self._start.setVisible(not self._running)
        self._cancel.setText(tr("Stop") if self._running else tr("Close"))
        self._cancel.setEnabled(load is None or not load.stopping)
        self._bar.setVisible(self._running)
        self._report.setVisible(load is not None)
        if load is None:
            return
        tone = None
        words = tr("Reading the file…")
        if load.trouble is not None:
            tone, words = Tone.BAD, f"{load.trouble.sentence} {load.trouble.advice}".strip()
        elif load.result is not None:
            tone, words = _ended(load.result, self._text)
        elif load.progress is not None:
            self._bar.setValue(round(load.progress.share * _STEPS))
            words = _under_way(load.progress, self._text)
        if load.stopping:
            words = tr("Stopping after this portion. {words}", words=words)
        if self._report.text() != words:
            self._report.setText(words)
            self._report.set_tone(tone)

    def _want(self) -> None:
        self.wanted.emit(self._path.text().strip())

    def _leave(self) -> None:
        if self._running:
            self.stopped.emit()
        else:
            self.hide()
            self.closed.emit()

    def _choose_file(self) -> None:
        chooser = QFileDialog(self, tr("Choose a stock file"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters([tr("Stock files (*.csv *.jsonl *.ndjson)"), tr("All files (*)")])
        chooser.fileSelected.connect(self._path.setText)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()


def _button(name: str, words: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    return button


def _under_way(progress: LoadProgress, text: Text) -> str:
    left = tr(", {time} left", time=text.duration(progress.remaining)) if progress.remaining else ""
    said = tr(
        "{rows} rows read, {rate} a second{left}.",
        rows=text.number(progress.rows), rate=text.number(round(progress.rate)), left=left,
    )  # fmt: skip
    if progress.rejected:
        said += tr(" {count} could not be taken.", count=text.number(progress.rejected))
    return said


def _ended(result: LoadResult, text: Text) -> tuple[Tone, str]:
    said = tr(
        "{loaded} of {rows} rows loaded in {time}, {unchanged} were not newer than what is kept.",
        loaded=text.number(result.loaded), rows=text.number(result.rows), time=text.duration(result.took),
        unchanged=text.number(result.unchanged),
    )  # fmt: skip
    if result.cancelled:
        said = tr("Stopped. {said} Loading the file again goes on where it matters.", said=said)
    if result.rejected:
        where = tr(" They are in {path}.", path=result.rejects) if result.rejects else ""
        said += tr(" {count} rows could not be taken.", count=text.number(result.rejected)) + where
    tone = Tone.WARN if result.rejected or result.cancelled else Tone.GOOD
    return tone, said
