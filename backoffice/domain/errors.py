"""The tree of what can go wrong.

::

    Exception
    ├── Refusal                  a rule said no; carries a sentence for the person, the field and what to do next
    │   ├── NotAllowed             the signed-in person lacks the right
    │   ├── NotFound               there is no such thing
    │   ├── Conflict               somebody else was faster, or the state has moved on
    │   └── InvalidInput           a value typed or received can not be taken
    ├── StoreUnavailable         the database is locked, read-only, full or away
    └── anything else            a bug: reported, never caught to be hidden

What the outside world did is never an exception: see ``outcome``.
"""


class Refusal(Exception):
    """A rule said no.

    ``sentence`` is for a person, ``field`` names the input it stands beside ("" for the whole), ``advice`` says what
    to do next, ``code`` is stable and short.
    """

    code = "refused"

    def __init__(self, sentence: str, *, field: str = "", advice: str = "", code: str = "") -> None:
        """Keep the parts; ``str()`` is the sentence."""
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.advice = advice
        self.code = code or type(self).code


class NotAllowed(Refusal):
    """The signed-in person lacks the right."""

    code = "not_allowed"


class NotFound(Refusal):
    """There is no such thing."""

    code = "not_found"


class Conflict(Refusal):
    """Somebody else was faster, or the state has moved on."""

    code = "conflict"


class InvalidInput(Refusal):
    """A value typed or received can not be taken."""

    code = "invalid_input"


class StoreUnavailable(Exception):
    """The database is locked, read-only, full or away; ``advice`` says what to do."""

    def __init__(self, sentence: str, *, advice: str = "") -> None:
        """Keep the sentence for the banner."""
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
