"""A Distributed Order Management system to try things on: a real program with a ledger of its own.

`backofficectl simulate-dom` or ``python -m backoffice.external.dom.simulator`` runs it. It speaks
``resources/openapi/dom.yaml`` and pushes what ``store.yaml`` describes. Its faults are in ``faults.py``, its
strings in ``control.py``, its ledger in ``ledger.py``.
"""

from backoffice.external.dom.simulator.server import run

__all__ = ["run"]
