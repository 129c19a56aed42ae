"""The Calls screen: a phone order from "hello" to the order number, by keyboard.

`CallsScreen` (view.py) holds one page per call. A page belongs to one `CallPresenter`; the page on top is the
only visible one, so ``findChild`` from the current page (``CallsScreen.current_page()``) finds exactly one of each.

Names to drive it by (``objectName``), in the order of the talk
    callsScreen, callTabs, newCallButton, emptyNewCallButton, parkButton, endCallButton
    callPage            one per call; below it:
    callerSearch        line edit: phone, e-mail, name, company, order number; type, wait for callerHits, Enter
    callerHits          list of what was found (model rows; Enter in callerSearch picks the current one)
    newCallerButton     opens newCallerForm: callerFirstName, callerLastName, callerCompany, callerPhone,
                        callerEmail, callerNotes; saveCallerButton (Enter in a field does the same),
                        cancelCallerButton
    callerPanel         who calls: callerName, callerCompanyLabel, callerPhoneLabel, callerEmailLabel, lastOrders
    entryLine           line edit: SKU or words, 3*SKU; Enter adds; entryHits is its pop-up list, entryError its sentence
    linesTable          QTableView: photo, SKU, name, quantity, availability, price, total; linesError its sentence;
                        undoRemoveButton appears after Del
    shipToChooser       combo box of the caller's addresses; newAddressButton opens addressForm: addressName,
                        addressCompany, addressLine1, addressLine2, addressCity, addressRegion, addressPostalCode,
                        addressCountry (combo box, data is the code), addressPhone; saveAddressButton,
                        cancelAddressButton
    shipMethodChooser   combo box of ship methods
    notesField, tellCustomer (check box)
    prepareButton (F5), paymentButton (F7), submitButton (F9); prepareError, paymentError, submitError
    totalItems, totalDiscount, totalShipping, totalTax, totalTotal, heldClock, explanations, changesList
    paymentPanel        opened by F7: purchaseOrderNumber (line edit; Enter pays on account), savedCards (list;
                        Enter pays by the current one), payOnAccountButton, payByCardButton
    outcomeTitle        "Submitted" | "Not submitted" | "Not known yet (checking)"; outcomeSentence
    orderNumber         the number, once submitted; nextCallButton starts the next call
    readBack            the whole order in words
"""
