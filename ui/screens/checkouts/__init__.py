"""Checkouts: presses of Submit that did not become an order, and what a supervisor may do about them.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``view.CheckoutsScreen`` lays out.

Names for tests and the headless journey, below ``checkoutsScreen``:

===================== ===============================================================================
stuckFigure, checkingFigure, openFigure, undoneFigure, refusedFigure
                      buttons with a number each; a press filters the table
oldestFigure          how long the oldest one is open
failedActionsTable    those that took a number, by the action that failed; choosing one filters the table
checkoutStandingFilter  combo box; data is the value of FailedStanding, "" for any
checkoutsTable        the list; Enter opens a row
checkoutPanel         the opened checkout, with
  checkoutNumber        label
  checkoutStandingChip  how it stands
  retryUndoButton, reopenButton
  reopenPanel           with reopenReason, reopenConfirmButton, reopenCancelButton
  openItemsTable        what is not let go of yet
  journalTable          every execute and undo, in order, as a line of time
  closeCheckoutButton   back to the list
===================== ===============================================================================
"""
