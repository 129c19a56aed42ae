"""Orders: every order this desk or the DOM knows, found by what a caller can say, and shown whole.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``view.OrdersScreen`` lays out.

Names for tests and the headless journey, below ``ordersScreen``:

==================== ================================================================================
orderSearch          line edit: number, phone, e-mail, name, SKU, words like ``status:shipped``; Enter goes to the list
orderSuggestions     what the word being typed may become; Tab takes the first
orderSearchWrong     label: why a word can not be read
orderChips           a button for each restriction (orderChips0, ...); Delete takes it away
orderFields          panel of all restrictions (Ctrl+Shift+E), with
  orderStatusFilter    combo box; data is the word of the status, "" for any
  orderTransferFilter  combo box; data is the word of the transfer status, "" for any
  orderSort            combo box; data is placed, placed-up, total ...
  orderFailedShown     check box
  order<Key>Filter     line edit of a key of ``domain.order_query``: orderAgentFilter, orderPostcodeFilter ...
savedSearches        panel (Ctrl+Shift+S) with savedList, savedName, keepSearchButton
exportPanel          panel (Ctrl+E) with exportPath, exportStartButton, exportCancelButton, exportReport
clearFiltersButton   back to everything
ordersTable          the list; Enter opens a row, Esc goes back to the search
ordersNotice         label above the list: the DOM is silent, nothing found, failed
orderPanel           details of the opened order, with
  orderNumber          label
  orderStatusChip      where the order is
  orderTransferChip    how far it is on its way to the DOM
  retryButton          sends a failed transfer again
  startCallButton      opens a call with this customer
  reorderButton        opens a call with this customer and these items
  printOrderButton     writes the order as a PDF
  closeOrderButton     back to the list
  orderTabs            pages: order, time line, comparison, transfer, e-mails and notes
  orderLinesTable, orderShipmentsTable, orderPaymentsTable, orderTimeline, comparisonTable,
  orderAttemptsTable, orderMailsTable, resendButton, noteField, addNoteButton
==================== ================================================================================
"""
