"""Orders: every order this desk or the DOM knows, found by what a caller can say, and shown whole.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``view.OrdersScreen`` lays out.

Names for tests and the headless journey, below ``ordersScreen``:

==================== ================================================================================
orderSearch          line edit: number, phone, e-mail, name, SKU; Enter searches and goes to the list
orderStatusFilter    combo box; data is the letter of the order status, "" for any
orderTransferFilter  combo box; data is the value of TransferStatus, "" for any
orderPlacedFilter    combo box; data is any, today, week, month
orderAgentFilter     line edit
clearFiltersButton   back to everything
ordersTable          the list; Enter opens a row, Esc goes back to the search
ordersNotice         label above the list: the DOM is silent, nothing found, failed
orderPanel           details of the opened order, with
  orderNumber          label
  orderStatusChip      where the order is
  orderTransferChip    how far it is on its way to the DOM
  retryButton          sends a failed transfer again
  startCallButton      opens a call with this customer
  closeOrderButton     back to the list
  orderTabs            pages: order, time line, comparison, transfer, e-mails and notes
  orderLinesTable, orderShipmentsTable, orderPaymentsTable, orderTimeline, comparisonTable,
  orderAttemptsTable, orderMailsTable, resendButton, noteField, addNoteButton
==================== ================================================================================
"""
