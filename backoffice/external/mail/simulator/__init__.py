"""A mail server to try things on: real SMTP, a row per message, and an HTTP side to look and meddle.

`backofficectl simulate-mail` or ``python -m backoffice.external.mail.simulator`` runs it. See ``http.py``
for what can be asked and switched.
"""

from backoffice.external.mail.simulator.server import run

__all__ = ["run"]
