"""Everything that can be done on the Calls screen, each with its key."""

from dataclasses import dataclass

from PySide6.QtGui import QAction

from ui.screens import Screen
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class CallActions:
    """The actions, made once per screen; pages show and explain them."""

    new_call: QAction
    park: QAction
    end_call: QAction
    colleagues: QAction
    give_back: QAction
    next_call: QAction
    previous_call: QAction
    find_caller: QAction
    new_caller: QAction
    entry: QAction
    lines: QAction
    price: QAction
    elsewhere: QAction
    undo: QAction
    new_address: QAction
    notes: QAction
    offers: QAction
    prepare: QAction
    payment: QAction
    submit: QAction
    explain: QAction
    copy_link: QAction
    send_link: QAction
    close_link: QAction
    show_order: QAction

    @classmethod
    def of(cls, screen: Screen) -> "CallActions":
        """Make them for a screen."""
        add = screen.add_action
        return cls(
            new_call=add(
                "newCall", tr("New call"), "Ctrl+N", icon="phone", tip=tr("Open a call"), everywhere=True
            ),
            park=add(
                "park", tr("Park"), "Ctrl+P", icon="pause", tip=tr("Put this call aside, or take it up again")
            ),
            end_call=add("endCall", tr("End call"), "Ctrl+W", icon="close", tip=tr("End this call")),
            colleagues=add(
                "colleagues",
                tr("Calls of colleagues"),
                "Ctrl+B",
                icon="lock",
                tip=tr("See who is at what, and take a call over"),
            ),
            give_back=add(
                "giveBack",
                tr("Give it back"),
                "Ctrl+Shift+B",
                tip=tr("Let the colleague have this call again"),
            ),
            next_call=add("nextCall", tr("Next call"), "Ctrl+PgDown"),
            previous_call=add("previousCall", tr("Call before"), "Ctrl+PgUp"),
            find_caller=add("findCaller", tr("Find the caller"), "Ctrl+U", icon="search"),
            new_caller=add("newCaller", tr("New caller"), "F3", icon="person"),
            entry=add("goToEntry", tr("Add items"), "Ctrl+E", icon="plus"),
            lines=add("goToLines", tr("Go to the items"), "Ctrl+L"),
            price=add(
                "changePrice", tr("Change the price"), "F6", tip=tr("Set what a piece of this item costs")
            ),
            elsewhere=add(
                "sendElsewhere",
                tr("Send elsewhere"),
                "F8",
                tip=tr("Send this item, or some of its pieces, to another address"),
            ),
            undo=add(
                "undoRemove",
                tr("Undo"),
                "Ctrl+Z",
                icon="back",
                tip=tr("Undo what was done last to the items"),
            ),
            new_address=add("newAddress", tr("New address"), "Ctrl+D", icon="home"),
            notes=add("goToNotes", tr("Notes"), "Ctrl+M", icon="note"),
            offers=add("offers", tr("Offers"), "F4", tip=tr("Enter coupons and gift certificates")),
            prepare=add("prepare", tr("Prepare"), "F5", tip=tr("Hold the goods and work out the total")),
            payment=add("payment", tr("Payment"), "F7", tip=tr("Choose how it is paid")),
            submit=add("submit", tr("Submit"), "F9", tip=tr("Make it an order")),
            explain=add(
                "explainTotal",
                tr("Explain the total"),
                "Ctrl+T",
                tip=tr("Show which rule each part of the total comes from"),
            ),
            copy_link=add(
                "copyLink",
                tr("Copy the link"),
                "Ctrl+Shift+C",
                tip=tr("Copy where the customer pays"),
            ),
            send_link=add(
                "sendLink",
                tr("Send by e-mail"),
                "Ctrl+Shift+E",
                tip=tr("Mail the link once more"),
            ),
            close_link=add(
                "closeLink",
                tr("Close the link"),
                "Ctrl+Shift+W",
                tip=tr("Nobody can pay any more: cancels the order"),
            ),
            show_order=add("showOrder", tr("Show the order"), "Ctrl+O", icon="orders"),
        )
