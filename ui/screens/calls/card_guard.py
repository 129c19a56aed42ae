"""Keeps card numbers out of a field: what looks like one is taken out before anybody can save it."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from backoffice.domain.payment import holds_card_number


class CardGuard(QObject):
    """Puts back what was there before a card number was typed or pasted; ``refused`` says that it did."""

    refused = Signal()

    def __init__(self, edit: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._good = ""
        edit.textChanged.connect(self._check)

    def _check(self) -> None:
        text = self._edit.text() if isinstance(self._edit, QLineEdit) else self._edit.toPlainText()
        if not holds_card_number(text):
            self._good = text
            return
        if isinstance(self._edit, QLineEdit):
            self._edit.setText(self._good)
        else:
            self._edit.setPlainText(self._good)
        self.refused.emit()
