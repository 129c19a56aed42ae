"""The one door: ``await open_backoffice(settings)``. Alone in choosing adapters; closes in reverse order."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol

from sqlalchemy import Engine

from backoffice.domain.errors import InvalidInput, StoreUnavailable
from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.transfer import RetryPolicy
from backoffice.durable import DurableJobs, Job
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import ExternalInventory, ExternalOrders, MessageContext
from backoffice.external.http import HttpClient
from backoffice.external.mail.port import MailServer
from backoffice.external.mail.smtp import SmtpMailServer
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.payments.on_account import OnAccountGateway
from backoffice.external.payments.port import PaymentGateway
from backoffice.services.audit import Audit
from backoffice.services.cart import Carts
from backoffice.services.catalog import Catalog
from backoffice.services.checkout.assembly import read_pipeline
from backoffice.services.checkout.checkout import Checkout
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.prepare import Prepare
from backoffice.services.checkout.quote import Quotes
from backoffice.services.checkout.submit import Submit
from backoffice.services.checkout.take_back import TakingBack
from backoffice.services.cleanup import Cleanup
from backoffice.services.customers import Customers
from backoffice.services.demo_data import load_demo_data
from backoffice.services.failed_checkouts import FailedCheckouts
from backoffice.services.health import Health
from backoffice.services.inventory import Inventory
from backoffice.services.jobs import Jobs
from backoffice.services.locks import Locks
from backoffice.services.mail_work import MailWork
from backoffice.services.mails import Mails
from backoffice.services.maintenance import Maintenance
from backoffice.services.order_export import OrderExport
from backoffice.services.order_history import OrderHistory
from backoffice.services.order_sync import OrderSync
from backoffice.services.orders import Orders
from backoffice.services.payments.service import Payments
from backoffice.services.payments.settlement import Settlement
from backoffice.services.payments.waiting import Waiting
from backoffice.services.release import Release
from backoffice.services.reorder import Reorders
from backoffice.services.saved_searches import SavedSearches
from backoffice.services.staff import StaffService
from backoffice.services.transfer import TransferWork
from backoffice.services.transfers import Transfers
from backoffice.settings import Settings, read_secret
from backoffice.store.changes import Changes
from backoffice.store.engine import open_durable_engine, open_engine
from backoffice.store.schema import make_schema
from backoffice.store.store import Store
from backoffice.world import World

STRIPE_KEY = "stripe_api_key"
__all__ = ["Adapters", "BackOffice", "World", "open_backoffice"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackOffice:
    """The service layer, open. Everything a desk, a worker or a command line does goes through here."""

    settings: Settings
    store: Store
    staff: StaffService
    customers: Customers
    catalog: Catalog
    carts: Carts
    checkout: Checkout
    pipeline: Pipeline
    inventory: Inventory
    locks: Locks
    orders: Orders
    transfers: Transfers
    order_sync: OrderSync
    order_history: OrderHistory
    order_export: OrderExport
    saved_searches: SavedSearches
    reorders: Reorders
    mails: Mails
    payments: Payments
    audit: Audit
    changes: Changes
    health: Health
    maintenance: Maintenance
    failed_checkouts: FailedCheckouts
    cleanup: Cleanup
    jobs: Mapping[str, Job]
    durable_engine: Engine
    _closing: tuple[Callable[[], Awaitable[None]], ...]

    async def close(self) -> None:
        """Close in reverse order of opening; what is under way ends first."""
        for close in reversed(self._closing):
            await close()


class Dom(ExternalOrders, ExternalInventory, Protocol):
    """Both halves of the DOM, as one adapter has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapters:
    """What stands in for the outside world; None: what the settings name."""

    dom: Dom | None = None
    gateway: PaymentGateway | None = None
    mail: MailServer | None = None
    jobs: Jobs | None = None


_NONE_GIVEN = Adapters()


async def open_backoffice(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    process: str = "",
    adapters: Adapters = _NONE_GIVEN,
) -> BackOffice:
    """Open the database (making it when missing, with demo data when asked for) and build the services.

    ``process`` names this process in attempts and leases; ``adapters`` replace those of the settings. Raises
    StoreUnavailable when the database can not be had, BrokenListsError when an installed package does not fit.
    """
    stripe_key = await asyncio.to_thread(_stripe_key, settings)
    store, durable_engine, durable = await asyncio.to_thread(_open_store, settings)
    if settings.demo:
        await load_demo_data(store, settings)
    pipeline = await store.read(lambda connection: read_pipeline(connection, settings.store_id))
    dom_http, payments_http = await asyncio.to_thread(
        lambda: (
            HttpClient(settings.dom_url, deadline=settings.dom_deadline),
            HttpClient(
                settings.payments_url if settings.payments == "simulator" else "",
                deadline=settings.payments_deadline,
            ),
        )
    )
    name = process or f"{socket.gethostname()}-{os.getpid()}-{new_id()[:6]}"
    store_id = settings.store_id
    jobs: Jobs = adapters.jobs or durable
    dom: Dom = adapters.dom or HttpDom(
        dom_http,
        context=MessageContext(
            store=store_id, currency="USD", locale="en-US", acting_user="system", on_behalf_of=""
        ),
        clock=clock,
    )
    gateway = adapters.gateway or _choose_gateway(settings, payments_http, stripe_key)
    mail_server: MailServer = adapters.mail or SmtpMailServer(
        settings.smtp_host or "mail.invalid", settings.smtp_port, sender=settings.mail_from
    )
    catalog = Catalog(store, clock, photos_dir=settings.photos_dir)
    inventory = Inventory(store, dom, store_id=store_id, clock=clock)
    quotes = Quotes(clock)
    staff = StaffService(store, clock, demo=settings.demo)
    submit = Submit(
        store=store,
        clock=clock,
        jobs=jobs,
        store_id=store_id,
        gateway=gateway,
        pipeline=pipeline,
        owner=name,
        lease=settings.checkout_lease,
    )
    mails = Mails(store, mail_server, jobs, clock=clock)
    transfer_work = TransferWork(
        store=store,
        clock=clock,
        jobs=jobs,
        dom=dom,
        store_id=store_id,
        policy=RetryPolicy(
            first_wait=settings.transfer_first_wait, longest_wait=settings.transfer_longest_wait
        ),
        worker=name,
        lease=settings.dom_deadline * 2 + timedelta(seconds=2),
    )
    carts = Carts(
        store=store,
        clock=clock,
        jobs=jobs,
        store_id=store_id,
        catalog=catalog,
        inventory=inventory,
        quotes=quotes,
        staff=staff,
    )
    order_history = OrderHistory(store, dom, mails, store_id=store_id, clock=clock)
    waiting = Waiting(
        store=store,
        clock=clock,
        jobs=jobs,
        gateway=gateway,
        dom=dom,
        patience=settings.payments_deadline * 2 + timedelta(seconds=5),
    )
    changes = Changes(store.engine)
    health = Health(
        dom=dom_http if settings.dom_url else None,
        payments=payments_http if settings.payments_url and settings.payments == "simulator" else None,
        mail=(settings.smtp_host, settings.smtp_port) if settings.smtp_host else None,
        data_dir=settings.data_dir,
        clock=clock,
    )
    return BackOffice(
        settings=settings,
        store=store,
        staff=staff,
        customers=Customers(store, clock),
        catalog=catalog,
        carts=carts,
        checkout=Checkout(
            prepare=Prepare(store=store, clock=clock, jobs=jobs, store_id=store_id, dom=dom, quotes=quotes),
            submit=submit,
            gateway=gateway,
            store=store,
        ),
        pipeline=pipeline,
        inventory=inventory,
        locks=Locks(store, clock),
        orders=Orders(store, clock, jobs),
        transfers=Transfers(
            store=store, clock=clock, jobs=jobs, dom=dom, store_id=store_id, desk=settings.desk
        ),
        order_sync=OrderSync(store, jobs, secrets=settings.dom_secrets, clock=clock),
        order_history=order_history,
        order_export=OrderExport(order_history),
        saved_searches=SavedSearches(store, clock),
        reorders=Reorders(order_history, carts),
        mails=mails,
        payments=Payments(
            store=store,
            clock=clock,
            jobs=jobs,
            gateway=gateway,
            waiting=waiting,
            secrets=settings.payments_secrets,
        ),
        audit=Audit(store),
        changes=changes,
        health=health,
        maintenance=Maintenance(store=store, clock=clock, jobs=jobs),
        failed_checkouts=FailedCheckouts(store, clock, jobs),
        cleanup=Cleanup(store, clock, store_id=store_id),
        jobs={
            "transfer_order": transfer_work.transfer_order,
            "resume_checkout": submit.resume,
            "settle_payment": Settlement(
                store=store,
                clock=clock,
                jobs=jobs,
                gateway=gateway,
                certain_after=settings.payment_certain_after,
                patience=settings.payments_deadline * 2 + timedelta(seconds=5),
            ).settle,
            "take_back": TakingBack(
                store=store, clock=clock, jobs=jobs, gateway=gateway, pipeline=pipeline
            ).take_back,
            "watch_link": waiting.watch_link,
            "hold_for_payment": waiting.hold_for_payment,
            "release_reservation": Release(store=store, clock=clock, jobs=jobs, dom=dom).release,
            "send_mail": MailWork(mails=mails, store=store, jobs=jobs, clock=clock).send,
        },
        durable_engine=durable_engine,
        _closing=(
            lambda: asyncio.to_thread(_close_store, store, durable_engine, durable),
            dom_http.close,
            payments_http.close,
            health.close,
            lambda: asyncio.to_thread(changes.close),
        ),
    )


def _stripe_key(settings: Settings) -> str:
    """Return Stripe's key where Stripe is chosen; with the SDK loaded, which takes half a second.

    Raises:
        InvalidInput: there is none.
    """
    if settings.payments != "stripe":
        return ""
    import_module("backoffice.external.payments.stripe_adapter")
    if key := read_secret(STRIPE_KEY):
        return key
    sentence = "Payments go through Stripe, and there is no key for it."
    advice = (
        f"Set BACKOFFICE_{STRIPE_KEY.upper()}, or keep it in the system's keyring: backoffice, {STRIPE_KEY}."
    )
    raise InvalidInput(sentence, field=STRIPE_KEY, advice=advice, code="no_key")


def _choose_gateway(settings: Settings, client: HttpClient, stripe_key: str) -> PaymentGateway:
    """Return the adapter the settings name."""
    if settings.payments == "none":
        return OnAccountGateway()
    if settings.payments == "simulator":
        return HttpPaymentGateway(client)
    from backoffice.external.payments.stripe_adapter import STRIPE, StripeGateway  # noqa: PLC0415 - loaded by now

    return StripeGateway(client, api_key=stripe_key, address=settings.payments_url or STRIPE)


def _open_store(settings: Settings) -> tuple[Store, Engine, DurableJobs]:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The data directory {settings.data_dir} can not be made: {error.strerror}.",
            advice="Choose another data directory, or check the rights on the one above it.",
        ) from error
    engine = open_engine(settings.url)
    make_schema(engine)
    durable_engine = open_durable_engine(settings.url)
    return Store(engine), durable_engine, DurableJobs(durable_engine)


def _close_store(store: Store, durable_engine: Engine, jobs: DurableJobs) -> None:
    store.close()
    jobs.close()
    durable_engine.dispose()
