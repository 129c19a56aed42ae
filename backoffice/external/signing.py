"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, by one of several secrets.

Several secrets let one be replaced without losing a message: for a while both are good.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from backoffice.domain.errors import InvalidInput, NotAllowed

MAX_BODY_BYTES = 4 * 1024 * 1024  # of a signed message; more is not even read
WINDOW = timedelta(minutes=5)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_MOST_SIGNATURES = 10


def check_secret(secret: str) -> None:
    """Make sure a secret can sign, at start rather than at the first message.

    Raises:
        InvalidInput: it is not ``whsec_`` and base64 of 24 to 64 bytes.
    """
    encoded = secret.removeprefix("whsec_")
    try:
        size = len(base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if encoded == secret or not 24 <= size <= 64:  # noqa: PLR2004 - the bounds of the specification
        raise InvalidInput(
            "A signing secret is whsec_ followed by base64 of 24 to 64 bytes.",
            field="secret",
            code="bad_secret",
        )


def sign(secret: str, *, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers for one try of a message."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now.astimezone(UTC), body.decode()),
    }


def verify(secrets: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the message's id if one of the secrets signed exactly this body about now.

    ``headers`` has lower-case names. Verify before parsing.

    Raises:
        NotAllowed: a header is missing or malformed, the time is out of the window, or no secret signed this.
    """
    message_id = headers.get("webhook-id", "")
    seconds = headers.get("webhook-timestamp", "")
    given = [
        signature[3:].encode("ascii", errors="replace")
        for signature in headers.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
        if signature.startswith("v1,")
    ]
    if not (_ID.fullmatch(message_id) and _SECONDS.fullmatch(seconds) and given):
        raise NotAllowed("The message carries no readable signature.", code="unsigned")
    try:
        signed_at = datetime.fromtimestamp(int(seconds), UTC)
        text = body.decode() if len(body) <= MAX_BODY_BYTES else ""
    except (OverflowError, ValueError, OSError):
        raise NotAllowed("The message carries no readable signature.", code="unsigned") from None
    if abs(now - signed_at) > WINDOW:
        raise NotAllowed("The message was signed at another time than now.", code="signature_expired")
    for secret in secrets:
        expected = Webhook(secret).sign(message_id, signed_at, text).removeprefix("v1,").encode()
        if any(hmac.compare_digest(expected, signature) for signature in given):
            return message_id
    raise NotAllowed("No secret of this store signed the message.", code="bad_signature")
