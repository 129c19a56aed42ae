"""The actions of the checkout, one per file, do and undo side by side; the lists are in ``lists.py``."""
