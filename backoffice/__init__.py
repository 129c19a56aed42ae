"""The embedded service layer of the desk. No Qt, ever.

Read first: ``bootstrap.py`` (the one door), ``services/checkout/submit.py`` (how an order comes about),
``durable.py`` (what happens after).

- ``domain``: rules as pure functions over frozen values
- ``services``: one file, one story, over ``store`` (transactions) and ``external`` (the outside world's ports)
- ``durable``, ``worker``: jobs written with the transaction they follow from, and who runs them
- ``inbound``: what the DOM and the gateway send us
- ``world``: the demo's outside world; ``cli``: backofficectl

Imports go down only: cli > worker > inbound > bootstrap > durable | world > services > store | external > domain.
"""
