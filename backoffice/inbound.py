"""What the store receives: SyncOrder, SyncInventoryAvailability, PaymentAuthorizationComplete.

1. The body is read up to a cap; its signature is verified before it is parsed.
2. 2xx is said only after the commit; the answer is a ConfirmBOD that tells what became of the message.
3. Otherwise the ConfirmBOD carries the reason: 400 malformed, 401 signature, 413 too large, 415 not JSON, 503 not now.
4. ``/healthz`` the process lives, ``/readyz`` messages can be stored, ``/metrics`` for Prometheus.

Described by ``resources/openapi/store.yaml``. Bound to loopback unless configured otherwise.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import structlog
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from backoffice.domain.errors import InvalidInput, NotAllowed, StoreUnavailable
from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.sync import Receipt
from backoffice.external.dom.wire import write_moment
from backoffice.external.signing import MAX_BODY_BYTES
from backoffice.services.inbox import read_summary
from backoffice.services.order_sync import OrderSync
from backoffice.services.payments.service import Payments
from backoffice.store.store import Store

PAYMENTS_PATH = "/payments/authorization-complete"
TRY_AGAIN_AFTER = 2  # seconds
STOPS_WITHIN = 5.0  # seconds for answers under way when told to stop
_MALFORMED, _UNSIGNED, _TOO_LARGE, _NOT_JSON, _NOT_NOW = 400, 401, 413, 415, 503
_log = structlog.get_logger(__name__)
Receive = Callable[[bytes, Mapping[str, str]], Awaitable[Receipt]]


class TooLarge(Exception):
    """The body is larger than any message."""


class Inbound:
    """The routes, and the figures they leave behind."""

    def __init__(
        self,
        order_sync: OrderSync,
        store: Store,
        payments: Payments | None,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        """Receive with ``order_sync`` and ``payments``; ``store`` answers readiness."""
        self._sync = order_sync
        self._payments = payments
        self._store = store
        self._clock = clock
        self._answers: Counter[tuple[str, str]] = Counter()

    async def sync_order(self, request: Request) -> Response:
        """SyncOrder (Change)."""
        return await self._take(request, "SyncOrder", self._sync.receive_order)

    async def sync_inventory(self, request: Request) -> Response:
        """SyncInventoryAvailability (Change)."""
        return await self._take(request, "SyncInventoryAvailability", self._sync.receive_inventory)

    async def payment_authorization_complete(self, request: Request) -> Response:
        """PaymentAuthorizationComplete, in the gateway's own form and signed its own way."""
        if self._payments is None:
            return PlainTextResponse("Payments are not received here.", 404)
        return await self._take(request, "PaymentAuthorizationComplete", self._payments.receive)

    async def healthz(self, request: Request) -> Response:
        """Say that the process lives."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """Say whether messages can be stored now: a writing transaction can begin."""
        try:
            await self._store.run(lambda connection: connection.execute(text("SELECT 1")).scalar())
        except StoreUnavailable as trouble:
            return JSONResponse({"status": "unavailable", "reason": trouble.sentence}, _NOT_NOW)
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        """Write the figures as Prometheus reads them."""
        lines = [
            "# HELP backoffice_sync_answers_total Messages answered, by kind and by what was said.",
            "# TYPE backoffice_sync_answers_total counter",
        ]
        lines += [
            f'backoffice_sync_answers_total{{kind="{kind}",said="{said}"}} {count}'
            for (kind, said), count in sorted(self._answers.items())
        ]
        try:
            summary = await self._store.read(read_summary)
        except StoreUnavailable:
            summary = None
        lines += [
            "# HELP backoffice_store_up Whether the database answers.",
            "# TYPE backoffice_store_up gauge",
            f"backoffice_store_up {int(summary is not None)}",
        ]
        if summary is not None:
            lines += [
                "# HELP backoffice_inbox_messages Messages stored, by state.",
                "# TYPE backoffice_inbox_messages gauge",
                f'backoffice_inbox_messages{{state="applied"}} {summary.applied}',
                f'backoffice_inbox_messages{{state="ignored"}} {summary.ignored}',
                f'backoffice_inbox_messages{{state="parked"}} {summary.parked}',
                f'backoffice_inbox_messages{{state="set_aside"}} {summary.set_aside}',
            ]
        if summary is not None and summary.lag is not None:
            lines += [
                "# HELP backoffice_sync_lag_seconds How long the last message was under way.",
                "# TYPE backoffice_sync_lag_seconds gauge",
                f"backoffice_sync_lag_seconds {max(summary.lag.total_seconds(), 0.0):.3f}",
            ]
        return PlainTextResponse(
            "\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8"
        )

    async def _take(self, request: Request, kind: str, receive: Receive) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        message_id = headers.get("webhook-id")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return self._refuse(kind, _NOT_JSON, "not_json", "The body is not application/json.", message_id)
        try:
            receipt = await receive(await read_body(request), headers)
        except TooLarge:
            reason = f"The body is larger than {MAX_BODY_BYTES} bytes."
            return self._refuse(kind, _TOO_LARGE, "too_large", reason, message_id)
        except NotAllowed as fault:
            return self._refuse(kind, _UNSIGNED, fault.code, fault.sentence, message_id)
        except InvalidInput as fault:
            return self._refuse(kind, _MALFORMED, fault.code, fault.sentence, message_id)
        except StoreUnavailable as trouble:
            answer = self._refuse(kind, _NOT_NOW, "not_now", trouble.sentence, message_id)
            answer.headers["retry-after"] = str(TRY_AGAIN_AFTER)
            return answer
        self._answers[kind, receipt.outcome.value] += 1
        return JSONResponse(
            {
                **self._reply(receipt.message_id),
                "result": "stored",
                "outcome": receipt.outcome.value,
                "reason": receipt.reason,
            }
        )

    def _refuse(self, kind: str, status: int, code: str, reason: str, message_id: str | None) -> JSONResponse:
        self._answers[kind, code] += 1
        _log.warning("sync.refused", kind=kind, status=status, code=code, reason=reason)
        return JSONResponse(
            {**self._reply(_echo(message_id)), "result": "refused", "code": code, "reason": reason}, status
        )

    def _reply(self, answers: str | None) -> dict[str, object]:
        return {"bodId": new_id(), "createdAt": write_moment(self._clock()), "answers": answers}


def build_inbound(
    order_sync: OrderSync,
    store: Store,
    payments: Payments | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> Starlette:
    """Return the application; without ``payments`` it hears the DOM only."""
    inbound = Inbound(order_sync, store, payments, clock=clock)
    return Starlette(
        routes=[
            Route("/sync/orders", inbound.sync_order, methods=["POST"]),
            Route("/sync/inventory-availability", inbound.sync_inventory, methods=["POST"]),
            Route(PAYMENTS_PATH, inbound.payment_authorization_complete, methods=["POST"]),
            Route("/healthz", inbound.healthz, methods=["GET"]),
            Route("/readyz", inbound.readyz, methods=["GET"]),
            Route("/metrics", inbound.metrics, methods=["GET"]),
        ]
    )


async def serve_inbound(
    app: Starlette, host: str, port: int, ready: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve in the running loop until ``stop`` is set; ``ready`` is told the URL once it listens.

    Port 0 takes a free one. Signals are left to whoever runs the loop.

    Raises:
        OSError: the address can not be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=128)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(STOPS_WITHIN),
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    try:
        # The socket listens already: a request that comes before the server is up waits in its backlog.
        taken = listening.getsockname()[1]
        ready(f"http://[{host}]:{taken}" if ":" in host else f"http://{host}:{taken}")
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        listening.close()


async def read_body(request: Request) -> bytes:
    """Read a body up to the cap, whatever its length claims to be.

    Raises:
        TooLarge: there is more.
        InvalidInput: the sender left in the middle.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise TooLarge
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TooLarge
    except ClientDisconnect:
        raise InvalidInput("The sender left before the end of the body.", code="cut") from None
    return bytes(body)


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: whoever runs the loop decides when to stop."""
        yield


def _echo(message_id: str | None) -> str | None:
    """Answer with the sender's id only when it is one."""
    good = message_id and len(message_id) <= 64 and message_id.isascii() and message_id.isprintable()  # noqa: PLR2004 - the length of an Id
    return message_id if good else None
