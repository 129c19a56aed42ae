"""``tr`` for every word on the screen; without Babel, so that it costs nothing before the first paint."""

import gettext

from ui.places import RESOURCES

_DOMAIN = "backoffice"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(locale: str) -> None:
    """Translate from now on; without a catalogue for the locale words stay English."""
    global _catalogue  # noqa: PLW0603 - the language of the process, set once at start
    _catalogue = gettext.translation(_DOMAIN, RESOURCES / "translations", [locale], fallback=True)


def tr(words: str, /, **values: object) -> str:
    """Translate, then fill in ``{name}`` placeholders."""
    said = _catalogue.gettext(words)
    return said.format(**values) if values else said


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """Translate with a plural; ``{n}`` is the count."""
    return _catalogue.ngettext(one, many, count).format(n=count, **values)
