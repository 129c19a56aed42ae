"""Sync: what the DOM told us, whether it was taken, and stock files loaded at once.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``view.SyncScreen`` lays out.

Names for tests and the headless journey, below ``syncScreen``:

==================== ================================================================================
receivedFigure, appliedFigure, ignoredFigure, parkedFigure, setAsideFigure
                     buttons with a number each; a press filters the table
lagFigure            how long the newest message took to be applied
messageStateFilter   combo box; data is the state, "" for any
messageKindFilter    combo box; data is the kind, "" for any
messagesTable        the list; Enter opens a row
messagePanel         the opened message: messageHeading, messageState, messageBody, replayButton,
                     closeMessageButton
loadFileButton       chooses a stock file
loadPanel            loadPath, loadStartButton, loadCancelButton, loadProgress, loadReport
==================== ================================================================================
"""
