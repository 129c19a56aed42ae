"""Product photos, small: read once, scaled once, kept."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap

SIZE = 36  # device-independent pixels; the width of a photo in a list


def photo(folder: Path, name: str, ratio: float) -> QPixmap | None:
    """Return the photo scaled into a square of ``SIZE``; None where there is none to show."""
    return _read(folder / name, ratio) if name and Path(name).name == name else None


@lru_cache(maxsize=512)
def _read(path: Path, ratio: float) -> QPixmap | None:
    reader = QImageReader(str(path))
    size = reader.size()
    if not size.isValid():
        return None
    side = round(SIZE * ratio)
    reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    picture = QPixmap.fromImage(reader.read())
    picture.setDevicePixelRatio(ratio)
    return None if picture.isNull() else picture
