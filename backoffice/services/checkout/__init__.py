"""ProcessOrder: Prepare (prepare.py) and Submit (submit.py runs pipeline.py's lists of actions/)."""
