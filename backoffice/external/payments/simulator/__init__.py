"""A payment gateway to try things on: a real program with a ledger of its own, over real HTTP.

`backofficectl simulate-payments` or ``python -m backoffice.external.payments.simulator`` runs it. What its
cards do is in ``demo_cards.py``, its faults in ``faults.py``, its strings in ``control.py``, its ledger in
``export.py``.
"""

from backoffice.external.payments.simulator.demo_cards import Delays
from backoffice.external.payments.simulator.server import run

__all__ = ["Delays", "run"]
