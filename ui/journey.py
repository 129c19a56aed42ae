"""One day at the desk, without hands: the real window, the real services, the demo's world, driven by keys.

1. Ann signs in, opens a call, finds the caller by phone, adds lines, enters a coupon, prepares, has part of it paid on
   account and the rest by card, submits;
2. the order is transferred by itself, and the DOM's shipments come back: seen on Orders;
3. a supervisor signs in and makes the DOM refuse the next transfer; a second, small order fails;
4. she retries it on Transfers, and it is transferred; the checkout a declined card failed is seen on Checkouts;
5. history, details, stock and messages are looked up;
6. each screen is pictured in light and dark, and an account is written: exit code 0 only if all of it came true.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QLabel, QPushButton

from ui.album import Album
from ui.arguments import Arguments
from ui.heartbeat import Heartbeat
from ui.person import NotSeen, Person
from ui.screens.calls.code_list import CodeList

if TYPE_CHECKING:
    from ui.session import Session

BOUND = 120.0  # seconds for all of it but the pictures
_SHIPPED = 45.0  # seconds the simulated warehouse may take
_PHONE = "(747) 555 0171"
_NAME = "Abel"
_PLACE = "Van Nuys"  # two customers have the number; the one who lives somewhere is calling
_LINES = ("12*SJ-0194-S", "BK-T18U-54", "2*BC-R205")
_SMALL = "WB-H098"
_COUPON = "AUTUMN10"
_PART = "500"  # dollars on account; a card pays the rest
_CARD = "4242"
_DECLINED = "9995"
_FAULT_IS_ON = "Demo: one fault is switched on."
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
_DONE = 0
_NOT_DONE = 1


class Journey:
    """The steps in order, each timed; the first that does not come true ends it."""

    def __init__(self, session: "Session", arguments: Arguments) -> None:
        """Take the running desk, and where pictures and the account go."""
        self._session = session
        self._file = arguments.json
        self._person = Person(session.window)
        self._heartbeat = Heartbeat()
        self._album = Album(arguments.pictures, session.window, self._heartbeat)
        self._account: dict[str, Any] = {"came_true": False}
        self._seconds: dict[str, float] = {}
        self._step = "start"

    async def run(self) -> int:
        """Go all the way; return the exit code."""
        self._heartbeat.start()
        code = _DONE
        try:
            async with asyncio.timeout(BOUND) as self._album.bound:
                await self._all_steps()
            self._account["came_true"] = True
        except (NotSeen, TimeoutError) as missing:
            reason = str(missing) or f"not done within {BOUND:.0f} seconds"
            self._account["failed_step"], self._account["reason"] = self._step, reason
            sys.stderr.write(f"The journey ended at “{self._step}”: {reason}\n")
            self._album.take("failed")
            code = _NOT_DONE
        self._heartbeat.stop()
        self._write_account()
        return code

    async def _all_steps(self) -> None:
        steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("sign in as Ann", lambda: self._sign_in("ann")),
            ("find the caller by phone", self._find_caller),
            ("add lines", lambda: self._add_lines(_LINES)),
            ("a coupon", self._enter_coupon),
            ("prepare", self._prepare_explained),
            ("payment in two ways", self._pay_in_two_ways),
            ("submit", self._first_order),
            ("transferred by itself", self._transferred),
            ("shipped, says the DOM", self._shipped),
            ("sign in as supervisor", self._change_person),
            ("make the DOM refuse the next transfer", self._refuse_next),
            ("a declined card fails a checkout", self._declined),
            ("the order after it fails to transfer", self._second_order),
            ("retry the transfer", self._retry),
            ("look at the checkout that failed", self._failed_checkout),
            ("look up the history", self._history),
            ("look up the stock", self._stock),
            ("look at the messages", self._messages),
        )
        for self._step, act in steps:
            began, painted = time.perf_counter(), self._album.painting
            await act()
            self._seconds[self._step] = round(
                time.perf_counter() - began - (self._album.painting - painted), 3
            )

    # Ann's call

    async def _sign_in(self, login: str) -> None:
        person = self._person
        offered = {offer.login: offer for offer in self._session.office.staff.demo_logins()}
        await person.focus_on("loginField")
        self._album.take("sign-in")
        await person.write(login)
        await person.press("Tab")
        await person.write(offered[login].password)
        await person.press("Return")
        await person.until("the desk", lambda: person.see(QLabel, "whoIsSignedIn"))

    async def _find_caller(self) -> None:
        person = self._person
        await person.press("Ctrl+N")
        await person.focus_on("callerSearch")
        await person.write(_PHONE)
        await person.until("the caller among those found", self._caller_found)
        while _PLACE not in self._hit():
            await person.press("Down")
        self._album.take("calls-caller")
        await person.press("Return")
        await person.focus_on("entryLine")

    async def _add_lines(self, entries: tuple[str, ...]) -> None:
        person = self._person
        for number, entry in enumerate(entries, start=1):
            await person.focus_on("entryLine")
            await person.write(entry)
            await person.press("Return")
            await person.until(f"line {number}", partial(self._has_lines, number))

    async def _prepare(self) -> None:
        person = self._person
        await person.press("F5")
        await person.until("the goods held, with a clock", lambda: person.words("heldClock"))
        await person.until("the way on to payment", lambda: self._may("paymentButton"))
        self._album.take("calls-prepared")

    async def _enter_coupon(self) -> None:
        person = self._person
        await person.press("F4")
        await person.focus_on("couponField")
        await person.write(_COUPON)
        await person.press("Return")
        await person.until("the coupon entered", lambda: _COUPON in self._coupons())
        await person.press("Escape")

    async def _prepare_explained(self) -> None:
        person = self._person
        await self._prepare()
        await person.until("what the coupon gives", lambda: "10 %" in self._coupons())
        self._account["coupon"] = self._coupons()
        await person.press("Ctrl+T")
        await person.until("where the tax comes from", lambda: person.see(QAbstractItemView, "fromTax"))
        self._album.take("calls-explained")
        await person.press("Ctrl+T")

    async def _pay_in_two_ways(self) -> None:
        person = self._person
        await person.press("F7")
        await person.focus_on("purchaseOrderNumber")
        await person.press("Shift+Tab")
        await person.focus_on("paymentAmount")
        await person.write(_PART)
        await person.press("Return")
        await person.focus_on("purchaseOrderNumber")
        await person.write("PO 4711")
        await person.press("Return")
        await person.focus_on("savedCards")
        while _CARD not in self._card():
            await person.press("Down")
        self._album.take("calls-payment")
        await person.press("Return")
        await self._chosen(_CARD)
        self._account["paid"] = person.words("chosenPayment")
        self._album.take("calls")

    async def _pay(self) -> None:
        person = self._person
        await person.press("F7")
        await person.focus_on("purchaseOrderNumber")
        await person.write("PO 4711")
        await person.press("Return")
        await self._chosen("PO 4711")

    async def _chosen(self, way: str) -> None:
        await self._person.until(f"{way} chosen", lambda: way in self._person.words("chosenPayment"))
        await self._person.until("the way on to submit", lambda: self._may("submitButton"))

    async def _submit(self) -> str:
        person = self._person
        await person.press("F9")
        await person.until("the word: submitted", lambda: person.words("outcomeTitle") == "Submitted")
        return await person.until("the order's number", lambda: person.words("orderNumber"))

    async def _first_order(self) -> None:
        self._account["order_number"] = await self._submit()
        self._account["total"] = self._person.words("totalTotal")
        self._album.take("calls-submitted")

    async def _transferred(self) -> None:
        await self._person.press("Ctrl+O")
        await self._order_says("orderTransferChip", "at the dom")

    async def _shipped(self) -> None:
        await self._order_says("orderStatusChip", "shipped", patience=_SHIPPED)
        self._album.take("orders-details")

    # The supervisor's day

    async def _change_person(self) -> None:
        await self._person.press("Ctrl+Shift+Q")
        await self._sign_in("susan")

    async def _refuse_next(self) -> None:
        person = self._person
        await person.press("Ctrl+Shift+D")
        box = await person.until("the demo's faults", lambda: person.see(QCheckBox, "fault-dom_refuses"))
        box.setFocus()
        await person.press("Space")
        await person.until("the fault on", lambda: _FAULT_IS_ON in self._banners())
        self._album.take("demo-faults")
        await person.press("Ctrl+Shift+D")

    async def _declined(self) -> None:
        person = self._person
        await self._find_caller()
        await self._add_lines((_SMALL,))
        await self._prepare()
        await person.press("F7")
        await person.focus_on("purchaseOrderNumber")
        await person.tab_to("savedCards")
        while _DECLINED not in self._card():
            await person.press("Down")
        await person.press("Return")
        await self._chosen(_DECLINED)
        await person.press("F9")
        await person.until("the word: not submitted", lambda: person.words("outcomeTitle") == "Not submitted")
        self._album.take("calls-declined")

    async def _second_order(self) -> None:
        """The same cart, paid otherwise: a checkout that failed leaves it as it was."""
        person = self._person
        await self._pay()
        self._account["second_order_number"] = number = await self._submit()
        await person.press("Ctrl+3")
        await person.until(f"{number} failed", lambda: self._transfer_row(number, "failed"))
        self._album.take("transfers-failed")
        await person.until("the fault off, now that it struck", lambda: _FAULT_IS_ON not in self._banners())

    async def _retry(self) -> None:
        person = self._person
        number = self._account["second_order_number"]
        await person.tab_to("transfersTable")
        await person.press("Ctrl+Home")
        await person.press("Return")
        await person.until("its tries", lambda: person.words("transferNumber") == number)
        await person.until("the way to retry", lambda: self._may("retryButton"))
        self._album.take("transfers")
        await person.press("Ctrl+R")
        await person.until(f"{number} transferred", lambda: self._transfer_row(number, "at the dom"))
        await person.until(
            "the same word in its panel", lambda: "at the dom" in person.words("transferStatusChip").lower()
        )
        self._album.take("transfers-retried")

    async def _failed_checkout(self) -> None:
        person = self._person
        await person.press("Ctrl+6")
        await person.until("the checkout that failed", lambda: person.rows("checkoutsTable"))
        await person.tab_to("checkoutsTable")
        await person.press("Ctrl+Home")
        await person.press("Return")
        self._account["failed_order_number"] = await person.until(
            "its number", lambda: person.words("checkoutNumber")
        )
        await person.until("its steps", lambda: person.rows("journalTable"))
        self._album.take("checkouts")

    async def _history(self) -> None:
        person = self._person
        await person.press("Ctrl+2")
        await person.press("Ctrl+F")
        await person.focus_on("orderSearch")
        await person.write("747-555-0171")
        await person.until("the caller's orders and nobody else's", self._only_the_callers_orders)
        self._album.take("orders-list")
        self._account["history_count"] = len(person.rows("ordersTable"))
        await person.tab_to("ordersTable")
        await person.press("Ctrl+Home")
        await person.press("Down")
        await person.press("Return")
        await person.until("an order's details", lambda: person.words("orderNumber"))
        await self._look_into_the_order()
        self._album.take("orders")

    async def _look_into_the_order(self) -> None:
        """Take the exact figures for the account from where the screen has them."""
        frame = self._session.frame
        if frame is None:
            raise NotSeen("Nobody is signed in any more.")
        office, actor = frame.desk.office, frame.desk.actor
        for name in ("order_number", "second_order_number"):
            details = await office.order_history.details(actor, self._account[name])
            if details.local is None or details.transfer is None:
                raise NotSeen(f"{self._account[name]} is not known with its transfer.")
            which = name.removesuffix("order_number")
            self._account[f"{which}transfer_status"] = details.transfer.status.value
            self._account[f"{which}external_order_id"] = details.transfer.external_order_id
            self._account[f"{which}attempts"] = [attempt.outcome for attempt in details.attempts]
            self._account[f"{which}statuses"] = [
                entry.text for entry in details.timeline if entry.kind in {"status", "sync"}
            ]
            self._account[f"{which}shipments"] = [parcel.tracking for parcel in details.local.shipments]

    async def _stock(self) -> None:
        person = self._person
        await person.press("Ctrl+5")
        await person.press("Ctrl+F")
        await person.focus_on("stockSearch")
        await person.write("BK-T18U-54")
        await person.press("Return")
        await person.until("the stock everywhere", lambda: person.rows("stockTable"))
        self._album.take("stock")

    async def _messages(self) -> None:
        person = self._person
        await person.press("Ctrl+4")
        await person.until("messages of the DOM", lambda: person.rows("messagesTable"))
        self._album.take("sync")

    # What is looked at

    def _caller_found(self) -> bool:
        return _PLACE in self._hits_said()

    def _hits_said(self) -> str:
        hits = self._person.see(QAbstractItemView, "callerHits")
        if hits is None:
            return ""
        model = hits.model()
        return "\n".join(str(model.index(row, 0).data(_SPOKEN)) for row in range(model.rowCount()))

    def _hit(self) -> str:
        hits = self._person.see(QAbstractItemView, "callerHits")
        return str(hits.currentIndex().data(_SPOKEN)) if hits is not None else ""

    def _coupons(self) -> str:
        codes = self._person.see(CodeList, "couponCodes")
        return " | ".join(codes.said) if codes is not None else ""

    def _card(self) -> str:
        cards = self._person.see(QAbstractItemView, "savedCards")
        return str(cards.currentIndex().data()) if cards is not None else ""

    def _has_lines(self, count: int) -> bool:
        return len(self._person.rows("linesTable")) == count

    def _may(self, button: str) -> bool:
        found = self._person.see(QPushButton, button)
        return found is not None and found.isEnabled()

    async def _order_says(self, chip: str, word: str, *, patience: float = 20.0) -> None:
        person = self._person
        await person.until(f"the order {word}", lambda: word in person.words(chip).lower(), patience=patience)

    def _transfer_row(self, number: str, word: str) -> bool:
        rows = self._person.rows("transfersTable")
        return any(number in row and any(word in cell.lower() for cell in row) for row in rows)

    def _only_the_callers_orders(self) -> bool:
        rows = self._person.rows("ordersTable")
        numbers = {cell for row in rows for cell in row}
        ours = {self._account["order_number"], self._account["second_order_number"]}
        return ours <= numbers and all(any(_NAME in cell for cell in row) for row in rows)

    def _banners(self) -> tuple[str, ...]:
        return self._session.frame.banners.texts if self._session.frame is not None else ()

    # The account

    def _write_account(self) -> None:
        self._account["seconds"] = self._seconds
        self._account["loop_gap_ms"] = asdict(self._heartbeat.gaps())
        text = json.dumps(self._account, indent=2, ensure_ascii=False)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(text + "\n")
