"""Five tones a status can have; each has a colour and an icon, and always stands beside a word."""

from enum import Enum


class Tone(Enum):
    """The value names the colour token; ``icon`` the file in resources/icons."""

    NEUTRAL = "muted"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"

    @property
    def icon(self) -> str:
        """Return the icon that says the same without colour."""
        return _ICONS[self]


_ICONS = {
    Tone.NEUTRAL: "dot",
    Tone.GOOD: "check",
    Tone.WARN: "warning",
    Tone.BAD: "failed",
    Tone.INFO: "info",
}
