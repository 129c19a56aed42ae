"""The Calls screen: a phone order from "hello" to the order number, by keyboard.

`CallsScreen` (view.py) holds one page per call; ``CallsScreen.current_page()`` is the one on top, and a
``findChild`` from it finds exactly one of each name below. `actions.py` lists every action with its key.

Names to drive it by (``objectName``), in the order of the talk
    callsScreen, callTabs, newCallButton (Ctrl+N), parkButton (Ctrl+P), endCallButton (Ctrl+W); a cart that would be
    lost asks in endConfirm: dropCartButton, keepCallButton
    callPage            one per call; below it:
    callerSearch        line edit (Ctrl+U); type, wait for rows in callerHits, Enter picks the current one
    newCallerButton     (F3) opens newCallerForm: callerFirstName, callerLastName, callerCompany, callerPhone,
                        callerEmail, callerNotes; saveCallerButton (Enter in a field does the same),
                        cancelCallerButton (Esc)
    callerPanel         callerName, callerCompanyLabel, callerPhoneLabel, callerEmailLabel, lastOrders (list),
                        changeCallerButton, otherCallerButton
    entryLine           line edit (Ctrl+E): SKU or words, 3*SKU; Enter adds; entryHits hangs below; entryError
    linesTable          QTableView (Ctrl+L): photo, SKU, name, quantity, availability, price, total; digits or Enter
                        edit the quantity, Del takes the line out; linesError; undoRemoveButton (Ctrl+Z)
    shipToChooser       combo box of the caller's addresses; newAddressButton (Ctrl+D) opens addressForm:
                        addressLine1, addressLine2, addressPostalCode, addressCity, addressRegion, addressCountry
                        (combo box, data is the code), addressName, addressCompany, addressPhone;
                        saveAddressButton, cancelAddressButton
    shipMethodChooser   combo box, data is the code
    notesField (Ctrl+M), tellCustomer (check box)
    prepareButton (F5), paymentButton (F7), submitButton (F9); prepareError, paymentError, submitError; nextStep says
                        what is missing
    totalItems, totalDiscount, totalShipping, totalTax, totalTotal, heldClock, explanations, changesList
    paymentPanel        opened by F7: purchaseOrderNumber (line edit; Enter pays on account), savedCards (list;
                        Enter pays by the current one), payOnAccountButton, payByCardButton; chosenPayment
    outcomeTitle        "Submitted" | "Not submitted" | "Not known yet (checking)"; outcomeSentence, outcomeAdvice
    orderNumber         the number, once submitted; nextCallButton starts the next call, showOrderButton shows it
    readBack            the whole order in words
"""
