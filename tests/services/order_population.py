"""A few orders of few words, so that most searches find some and many are alike; and what fits, one by one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.store.finding import caller_pieces
from backoffice.store.tables.ordering import order_lines, order_statuses, orders, payments, transfers
from backoffice.store.tables.people import staff
from tests.services.world import HOME, NOW, add_order

MOMENTS = [NOW - timedelta(days=days, microseconds=days % 2) for days in (0, 1, 1, 2, 40)]
STATUSES = ["P", "I", "C", "S", "X", "FAILED"]
TRANSFERS = ["", "queued", "failed", "transferred"]
AGENTS = {"ann": ("ann1", "Ann O'Brien"), "bob": ("bob1", "Bob Brown"), "gone": ("", "")}
SKUS = ["HL-U509", "BK-R93R-62", "CA-1098"]
NAMES = ["Orlando Gee", "Zoë Müller", "Jo O'Brien"]
COMPANIES = ["", "A Bike Store", "Gee & Sons"]
EMAILS = ["", "orlando0@adventure-works.com", "Zoe@Example.COM"]
PHONES = ["", "12455550173", "4930123456", "5550173"]
POSTCODES = ["", "98052", "98052-1234", "SW1A 1AA"]
PAYMENTS = ["PO 4711", "po 12", "tok_9"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One order as it is known to the test."""

    number: str
    status: str
    placed_at: datetime
    agent: str
    customer: str
    name: str
    company: str
    email: str
    phone: str
    postcode: str
    total: int
    skus: tuple[str, ...]
    transfer: str
    payment: str

    @property
    def order_id(self) -> str:
        return f"id-{self.number}"


def _one(place: int) -> st.SearchStrategy[Known]:
    return st.builds(
        Known,
        number=st.just(f"B10000{(place * 7) % 100:02}"),
        status=st.sampled_from(STATUSES),
        placed_at=st.sampled_from(MOMENTS),
        agent=st.sampled_from(list(AGENTS)),
        customer=st.sampled_from(["c1", "c2"]),
        name=st.sampled_from(NAMES),
        company=st.sampled_from(COMPANIES),
        email=st.sampled_from(EMAILS),
        phone=st.sampled_from(PHONES),
        postcode=st.sampled_from(POSTCODES),
        total=st.sampled_from([100, 100, 250, 10_000]),
        skus=st.lists(st.sampled_from(SKUS), min_size=1, max_size=3).map(tuple),
        transfer=st.sampled_from(TRANSFERS),
        payment=st.sampled_from(PAYMENTS),
    )


POPULATIONS = st.integers(0, 14).flatmap(lambda many: st.tuples(*(_one(place) for place in range(many))))


def _often_empty(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([""] * (2 * len(values)) + values)


def _some(values: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(values), max_size=3))


CRITERIA = st.builds(
    OrderSearchCriteria,
    customer_id=_often_empty(["c1", "c3"]),
    number=_often_empty(["B1000007", "1000007", "b1000014", "x-1000007", "7"]),
    email=_often_empty(
        ["orlando0@", "ORLANDO0@adventure-works.com", "zoe@example.com", "@example", "o", "nobody"]
    ),
    phone=_often_empty(
        ["(245) 555-0173", "0173", "5550173", "+1 245 555 0173", "4555", "73", "030 123456", "1", "no digits"]
    ),
    name=_often_empty(["gee", "zoe mull", "obrien", "O'Br", "bike gee", "store", "& , ", "xavier"]),
    sku=_often_empty(["HL-U509", "ca-1098", "HL"]),
    statuses=_some(STATUSES),
    without=_some(STATUSES),
    transfer_statuses=_some([status.value for status in TransferStatus]),
    placed_from=st.one_of(st.none(), st.sampled_from(MOMENTS)),
    placed_until=st.one_of(st.none(), st.sampled_from(MOMENTS)),
    agent=_often_empty(["ann", "BOB1", "brown", "o'brien ann", "gone", "nobody"]),
    payment=_often_empty(["po 4711", "B1000007-1", "gw-B1000007", "TOK_9", "4711"]),
    postcode=_often_empty(["98052", "98052 1234", "sw1a1", "9", "-"]),
    sort=st.sampled_from(OrderSort),
    ascending=st.booleans(),
)


def replace_orders(connection: Connection, known: tuple[Known, ...]) -> None:
    """Let there be these orders and no others."""
    for table in (payments, transfers, order_lines, order_statuses, orders, caller_pieces, staff):
        connection.execute(delete(table))
    connection.execute(
        insert(staff),
        [
            {
                "staff_id": key, "login": login, "name": name, "role": "agent", "password_hash": "",
                "active": True, "created_at": NOW,
            }
            for key, (login, name) in AGENTS.items() if login
        ],
    )  # fmt: skip
    for one in known:
        add_known(connection, one)


def add_known(connection: Connection, one: Known) -> None:
    """Let there be this order too."""
    add_order(
        connection,
        one.number,
        tuple((f"l{place}", sku, 1) for place, sku in enumerate(one.skus)),
        status=one.status,
        placed_at=one.placed_at,
        agent_id=one.agent,
        customer_id=one.customer,
        customer_name=one.name,
        company=one.company,
        email=one.email,
        phone_digits=one.phone,
        ship_to=HOME | {"postal_code": one.postcode},
        total=one.total,
        cart_id=f"cart-{one.number}",
    )
    if one.transfer:
        connection.execute(insert(transfers).values(_transfer(one)))
    connection.execute(
        insert(payments).values(
            payment_id=f"p-{one.number}", order_id=one.order_id, place=1, method="on_account", gateway="",
            reference=f"{one.number}-1", token=one.payment, label="", key=f"k-{one.number}", currency="USD",
            amount=one.total, captured=0, refunded=0, status="authorised", gateway_id=f"GW-{one.number}", reason="",
            updated_at=NOW,
        )
    )  # fmt: skip


def _transfer(one: Known) -> dict[str, Any]:
    return {
        "order_id": one.order_id, "order_number": one.number, "key": f"k-{one.number}", "status": one.transfer,
        "maybe_there": False, "cause": "", "reason": "", "attempts": 0, "automatic_left": 0, "queued_at": NOW,
        "updated_at": NOW, "external_order_id": f"X-{one.number[1:]}" if one.transfer == "transferred" else "",
        "version": 1,
    }  # fmt: skip


def fitting(known: tuple[Known, ...], asked: OrderSearchCriteria) -> list[str]:
    """The numbers of the orders that fit, sorted as asked: the plainest way there is."""
    found = [one for one in known if _fits(one, asked)]
    return [one.number for one in sorted(found, key=_keys(asked.sort), reverse=not asked.ascending)]


def _keys(sort: OrderSort) -> Callable[[Known], tuple[Any, ...]]:
    keys: dict[OrderSort, Callable[[Known], tuple[Any, ...]]] = {
        OrderSort.PLACED: lambda one: (one.placed_at, one.order_id),
        OrderSort.TOTAL: lambda one: (one.total, one.order_id),
        OrderSort.NUMBER: lambda one: (one.number,),
        OrderSort.STATUS: lambda one: (one.status, one.placed_at, one.order_id),
    }
    return keys[sort]


def _fits(one: Known, asked: OrderSearchCriteria) -> bool:
    listed = asked.statuses or {status.value for status in OrderStatus} - {"P"}
    external = f"X-{one.number[1:]}" if one.transfer == "transferred" else ""
    number = asked.number.upper()
    references = {f"{one.number}-1".lower(), one.payment.lower(), f"gw-{one.number}".lower()}
    return all(
        (
            one.status in listed and one.status not in asked.without,
            asked.customer_id in {"", one.customer},
            number in {"", one.number, one.number[1:], external},
            one.email.lower().startswith(asked.email.lower()) if asked.email[:1] != "@" else _domain(one, asked.email),
            not asked.phone or _rings(one.phone, asked.phone),
            not asked.name or _called(f"{one.name} {one.company}", asked.name),
            not asked.sku or asked.sku.upper() in one.skus,
            not asked.transfer_statuses or (one.transfer or "none") in asked.transfer_statuses,
            asked.placed_from is None or one.placed_at >= asked.placed_from,
            asked.placed_until is None or one.placed_at < asked.placed_until,
            not asked.agent or _is_agent(one.agent, asked.agent),
            not asked.payment or asked.payment.lower() in references,
            not asked.postcode or _goes_to(one.postcode, asked.postcode),
        )
    )  # fmt: skip


def _domain(one: Known, typed: str) -> bool:
    return bool(one.email) and f"@{one.email.lower().split('@')[1]}".startswith(typed.lower())


def _rings(digits: str, typed: str) -> bool:
    asked = re.sub(r"\D", "", typed)
    if not asked or not digits:
        return False
    forms = {asked}
    if len(asked) >= 7:
        forms |= {asked.lstrip("0"), f"1{asked}" if len(asked) == 10 else asked}
    left_out = len(asked) >= 7 and len(digits) >= 7 and any(form.endswith(digits) for form in forms)
    return left_out or any(form in digits for form in forms)


def _called(named: str, typed: str) -> bool:
    """In these few names: Zoë is zoe, Müller muller, and O'Brien o, brien or obrien."""
    plain = named.lower().replace("ë", "e").replace("ü", "u")
    words = re.findall(r"[a-z]+", plain) + [word.replace("'", "") for word in plain.split() if "'" in word]
    asked = re.findall(r"[a-z]+", typed.lower())
    return bool(asked) and all(any(word.startswith(part) for word in words) for part in asked)


def _is_agent(agent: str, typed: str) -> bool:
    login, name = AGENTS[agent]
    asked = re.findall(r"[a-z]+", typed.lower())
    named = re.findall(r"[a-z]+", name.lower())
    by_name = all(any(word.startswith(part) for word in named) for part in asked)
    if typed.lower() == "bob1":  # figures are no letters
        by_name = False
    return typed == agent or typed.lower() == login or (bool(login) and by_name)


def _goes_to(postcode: str, typed: str) -> bool:
    asked, there = (re.sub(r"[^0-9A-Z]", "", one.upper()) for one in (typed, postcode))
    return bool(asked) and there.startswith(asked)
