"""From a mail to bytes a server takes: UTF-8, plain text, headers nobody can smuggle a line into.

Pure: the same mail, sender and time give the same bytes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from backoffice.external.mail.port import OutgoingMail

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]")
_LOCAL_PART = re.compile(r"[^\s\x00-\x1f\x7f()<>\[\]:;,\\\"@.]+(\.[^\s\x00-\x1f\x7f()<>\[\]:;,\\\"@.]+)*")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._+-]{1,120}(@[A-Za-z0-9.-]{1,120})?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_LONGEST_LOCAL_PART, _LONGEST_SUBJECT = 64, 500


class Unsendable(ValueError):
    """No server would, or should, take this mail; ``code`` is short, ``str()`` a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """An envelope and what is in it. ``needs_utf8``: the address itself is not ASCII (RFC 6531)."""

    recipient: str
    content: bytes
    needs_utf8: bool


def compose(mail: OutgoingMail, *, sender: str, sent_at: datetime) -> Composed:
    """Write the message. ``sender`` is a plain address, perhaps with a name: ``Shop <shop@example.com>``.

    Raises:
        Unsendable: the address is none, or a header would hold a line break or another control character.
    """
    recipient = mail_address(mail.to)
    needs_utf8 = not recipient.isascii()
    if _CONTROL.search(mail.subject) or len(mail.subject) > _LONGEST_SUBJECT:
        raise Unsendable("invalid_subject", "The subject is too long or holds control characters.")
    if not _MESSAGE_ID.fullmatch(mail.message_id) or not _LANGUAGE.fullmatch(mail.language):
        raise Unsendable("invalid_header", "The message's id or language is not one.")
    local_part, _, domain = recipient.rpartition("@")
    message = EmailMessage(policy=SMTPUTF8 if needs_utf8 else SMTP)
    message["Message-ID"] = f"<{_with_domain(mail.message_id, sender)}>"
    message["Date"] = sent_at
    message["From"] = sender
    message["To"] = Address(username=local_part, domain=domain)
    message["Subject"] = _storable(mail.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_storable(mail.body), charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = mail.language.replace("_", "-")  # set_content clears what was there before
    return Composed(recipient=recipient, content=message.as_bytes(), needs_utf8=needs_utf8)


def mail_address(text: str) -> str:
    """One plain address, its domain in ASCII.

    Raises:
        Unsendable: it is not one.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not (at and _LOCAL_PART.fullmatch(local) and len(local) <= _LONGEST_LOCAL_PART and _is_host(domain)):
        raise Unsendable("invalid_address", f"{_CONTROL.sub(' ', text)[:100]!r} is not an e-mail address.")
    return f"{local}@{domain}"


def _is_host(domain: str) -> bool:
    return (
        re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", domain) is not None
        and ".." not in domain
    )


def _with_domain(message_id: str, sender: str) -> str:
    if "@" in message_id:
        return message_id
    return f"{message_id}@{sender.rpartition('@')[2].rstrip('>')}"


def _storable(text: str) -> str:
    # Half a surrogate pair can come out of a broken clipboard and fits no encoding.
    return text.encode(errors="replace").decode()
