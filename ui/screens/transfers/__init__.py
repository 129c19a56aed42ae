"""Transfers: orders on their way to the DOM, what went wrong, and what a supervisor may do about it.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``bulk`` acts on many,
``view.TransfersScreen`` lays out.

Names for tests and the headless journey, below ``transfersScreen``:

===================== ===============================================================================
waitingFigure, sentFigure, unknownFigure, failedFigure, heldFigure, transferredFigure
                      buttons with a number each; a press filters the table
oldestFigure          how long the oldest one waits
causesTable           failures grouped by cause; choosing one filters the table
transfersChart        the painted chart
transferStatusFilter  combo box; data is the value of TransferStatus, "" for any
transfersTable        the list; Enter opens a row
transferPanel         the opened transfer, with
  transferNumber        label
  transferStatusChip    where it is
  retryButton, holdButton, releaseButton, resolveButton, giveUpButton
  giveUpPanel           with giveUpReason, giveUpConfirmButton, giveUpCancelButton
  attemptsTable         every try; attemptText shows request and answer of the chosen one
  closeTransferButton   back to the list
bulkPanel             acting on many: bulkSummary, bulkStartButton, bulkCancelButton, bulkProgress, bulkTable
bulkRetryButton, bulkHoldButton, bulkReleaseButton, bulkResolveButton, bulkGiveUpButton
===================== ===============================================================================
"""
