"""Writing the list into a CSV file: where to, how far it is, stop, and what became of it."""

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

from ui.screens.orders.state import Export
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label
from ui.words import tr


class ExportPanel(QFrame):
    """Stands above the list; never a dialog that has to be answered."""

    wanted = Signal(str)  # path
    stopped = Signal()
    closed = Signal()

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("exportPanel")
        self.setProperty("banner", "muted")
        self._text = text
        self._running = False
        self._path = QLineEdit()
        self._path.setObjectName("exportPath")
        self._path.setAccessibleName(tr("CSV file to write"))
        self._path.setPlaceholderText(tr("CSV file to write"))
        self._path.returnPressed.connect(self._want)
        self._choose = _button("exportChooseButton", tr("Choose…"))
        self._choose.clicked.connect(self._choose_file)
        self._start = _button("exportStartButton", tr("Write"))
        self._start.setProperty("kind", "primary")
        self._start.clicked.connect(self._want)
        self._cancel = _button("exportCancelButton", tr("Close"))
        self._cancel.clicked.connect(self._leave)
        self._bar = QProgressBar()
        self._bar.setObjectName("exportProgress")
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)  # how many there are is only known at the end
        self._report = Label(wrap=True)
        self._report.setObjectName("exportReport")
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
        self.show_export(None)
        self.hide()

    def open(self, path: str) -> None:
        """Show the panel with a path to start from."""
        if not self._running:
            self._path.setText(path)
        self.show()
        self._path.setFocus()
        self._path.selectAll()

    def show_export(self, export: Export | None) -> None:
        """Show how far it is."""
        self._running = export is not None and export.running
        self._path.setReadOnly(self._running)
        self._choose.setEnabled(not self._running)
        self._start.setVisible(not self._running)
        self._cancel.setText(tr("Stop") if self._running else tr("Close"))
        self._bar.setVisible(self._running)
        self._report.setVisible(export is not None)
        if export is None:
            return
        tone, words = _said(export, self._text)
        if self._report.text() != words:
            self._report.setText(words)
            self._report.set_tone(tone)

    def _want(self) -> None:
        if not self._running:
            self.wanted.emit(self._path.text().strip())

    def _leave(self) -> None:
        if self._running:
            self.stopped.emit()
        else:
            self.hide()
            self.closed.emit()

    def _choose_file(self) -> None:
        chooser = QFileDialog(self, tr("CSV file to write"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile(self._path.text())
        chooser.fileSelected.connect(self._path.setText)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()


def _button(name: str, words: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    return button


def _said(export: Export, text: Text) -> tuple[Tone | None, str]:
    count = text.number(export.written)
    if export.trouble is not None:
        return Tone.BAD, f"{export.trouble.sentence} {export.trouble.advice}".strip()
    if export.stopped:
        return Tone.WARN, tr("Stopped after {count} orders. No file was written.", count=count)
    if export.running:
        return None, tr("{count} orders written…", count=count)
    done = tr("{count} orders written to {path}.", count=count, path=export.path)
    if export.missing:
        return Tone.WARN, tr(
            "{done} Without those only the DOM knows: {reason}", done=done, reason=export.missing
        )
    return Tone.GOOD, done
