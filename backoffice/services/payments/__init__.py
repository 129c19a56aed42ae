"""Money after the intent: moves (moves.py, settlement.py), captures (captures.py), pay by link (links.py)."""
