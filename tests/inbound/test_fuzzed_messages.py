"""Whatever is sent, signed or not: an answer of the document, never a 5xx, and nothing stored that was refused."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backoffice.external.signing import sign
from backoffice.inbound import build_inbound
from backoffice.services.order_sync import OrderSync
from backoffice.store.tables.messages import inbox
from tests.services.pushes import SECRET, a_line, a_parcel, sync_inventory, sync_order
from tests.services.world import NOW, World, add_order

GOOD = [
    sync_order("m3", 3, "S", lines=[a_line("l1", "S", shipped=12)], shipments=[a_parcel("p1", ("l1", 12))]),
    sync_order("m4", 4, "X", complete=False, lines=[a_line("l2", "X", cancelled=1)]),
    sync_inventory("s1", ("A", "5", "2026-11-22T08:00:00Z"), ("B", "0", "2026-11-22T08:00:00Z")),
]
STRANGE: list[object] = [
    *(None, True, 0, -1, 1.5, 10**30, "", "x" * 300, "\x00", "\u202e", "1e9", [], {}, [[[]]]),
    *("9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59", "٣", "NaN", "l1", "m3"),
]
RAW = [b"NaN", b"1e999", b"-Infinity", b"1" * 5000, b'"\\ud800"', b"[" * 300 + b"]" * 300, b"\xff\xfe"]


@pytest.fixture
async def inbound(tmp_path: Path) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    world = World(tmp_path / "backoffice.db")
    world.do(add_order)
    app = build_inbound(OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock), world.store)
    transport = httpx.ASGITransport(app)  # an error of ours is raised, not hidden in a 500
    async with httpx.AsyncClient(transport=transport, base_url="http://store") as client:
        yield world, client
    world.close()


def bent(body: bytes, chance: random.Random, number: int) -> bytes:
    """A message with something strange in it, or something missing, or bytes that are no message."""
    message = json.loads(body)
    message["bodId"] = f"f{number}"
    place: Any = message
    while isinstance(place, dict | list) and place:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
            if chance.random() < 0.2:
                del place[key]
            else:
                place[key] = chance.choice(STRANGE)
            break
        place = inner
    written = json.dumps(message).encode()
    if chance.random() < 0.2:
        written = written.replace(b'{"bodId"', b'{"extra": ' + chance.choice(RAW) + b', "bodId"', 1)
    if chance.random() < 0.1:
        cut = chance.randrange(len(written))
        written = written[:cut] + chance.randbytes(3) + written[cut + chance.randrange(3) :]
    return written


def headers_for(body: bytes, number: int) -> dict[str, str]:
    """Signed as the DOM would, where it could."""
    try:
        return sign(SECRET, message_id=f"f{number}", now=NOW, body=body)
    except UnicodeDecodeError:
        return {"webhook-id": f"f{number}", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}


async def test_no_message_is_answered_with_a_5xx(inbound: tuple[World, httpx.AsyncClient]) -> None:
    world, client = inbound
    chance = random.Random(20261122)
    stored = 0
    said: dict[int, int] = {}
    for number in range(1500):
        body = bent(chance.choice(GOOD), chance, number)
        path = chance.choice(("/sync/orders", "/sync/inventory-availability"))
        answer = await client.post(
            path, content=body, headers={**headers_for(body, number), "content-type": "application/json"}
        )
        assert answer.status_code in {200, 400, 401}, (answer.text, body)
        assert answer.json()["result"] == ("stored" if answer.status_code == 200 else "refused")
        said[answer.status_code] = said.get(answer.status_code, 0) + 1
        stored += answer.status_code == 200
    assert len(world.rows(inbox)) == stored
    assert min(said[status] for status in (200, 400, 401)) > 5
