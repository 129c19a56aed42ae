"""The Calls screen: a phone order from "hello" to the order number, by keyboard.

`CallsScreen` (view.py) holds one page per call; ``CallsScreen.current_page()`` is the one on top, and a
``findChild`` from it finds exactly one of each name below. `actions.py` lists every action with its key.

Names to drive it by (``objectName``), in the order of the talk
    callsScreen, callTabs, newCallButton (Ctrl+N), parkButton (Ctrl+P), endCallButton (Ctrl+W); a cart that would be
    lost asks in endConfirm: dropCartButton, keepCallButton
    colleaguesPanel     opened by supervisors (Ctrl+B): colleaguesList, takeOverReason, takeOverButton
    callPage            one per call; below it:
    lockStrip           who holds the cart: lockSentence, giveBackButton (Ctrl+Shift+B)
    callerSearch        line edit (Ctrl+U); type, wait for rows in callerHits, Enter picks the current one
    newCallerButton     (F3) opens newCallerForm: callerFirstName, callerLastName, callerCompany, callerPhone,
                        callerEmail, callerNotes; saveCallerButton (Enter in a field does the same),
                        cancelCallerButton (Esc)
    callerPanel         callerName, callerCompanyLabel, callerPhoneLabel, callerEmailLabel, lastOrders (list),
                        changeCallerButton, otherCallerButton
    entryLine           line edit (Ctrl+E): SKU or words, 3*SKU; Enter adds; entryHits hangs below; entryError
    linesTable          QTableView (Ctrl+L): photo, SKU, name, quantity, availability, price, total; digits or Enter
                        edit the quantity, Del takes the line out; linesError; undoRemoveButton (Ctrl+Z) undoes what
                        was done last. With several shipments each has a heading: Enter changes it, Del merges it back
    pricePanel          opened by F6 on a line: overridePrice, overrideReason (combo box), takePriceButton, priceError;
                        above the agent's limit also approvalLogin, approvalPassword
    shipmentPanel       opened by F8 on a line: shipmentPieces, shipmentTarget, shipmentAddress, shipmentMethod (combo
                        boxes), takeShipmentButton; on a heading mergeShipmentButton too
    shipToChooser       combo box of the caller's addresses; newAddressButton (Ctrl+D) opens addressForm:
                        addressLine1, addressLine2, addressPostalCode, addressCity, addressRegion, addressCountry
                        (combo box, data is the code), addressName, addressCompany, addressPhone;
                        saveAddressButton, cancelAddressButton
    shipMethodChooser   combo box, data is the code
    notesField (Ctrl+M), tellCustomer (check box)
    offersButton (F4) opens couponField and certificateField; couponCodes, certificateCodes show each with what it gives
    prepareButton (F5), paymentButton (F7), submitButton (F9); prepareError, paymentError, submitError; nextStep says
                        what is missing
    totalItems, totalDiscount, totalShipping, totalTax, totalTotal, with certificates totalCertificates, totalToPay;
                        explainTotalButton (Ctrl+T) shows fromItems, fromDiscount, fromShipping, fromTax,
                        fromCertificates (lists); heldClock, changesList, changeWords
    paymentPanel        opened by F7: purchaseOrderNumber (line edit; Enter pays on account), savedCards (list;
                        Enter pays by the current one), payOnAccountButton, payByCardButton, payByLinkButton;
                        paymentAmount (Shift+Tab) pays a part; chosenWays, leftToPay; chosenPayment
    outcomeTitle        "Submitted" | "Submitted, waiting for payment" | "Not submitted" | "Not known yet (checking)";
                        outcomeSentence, outcomeAdvice
    linkPanel           payLink, linkClock, linkStatus, copyLinkButton (Ctrl+Shift+C), sendLinkButton (Ctrl+Shift+E),
                        closeLinkButton (Ctrl+Shift+W), closeLinkReason
    orderNumber         the number, once submitted; nextCallButton starts the next call, showOrderButton shows it
    readBack            the whole order in words
"""
