"""Files of gift certificates, and of the reasons for prices set by hand."""

from datetime import datetime

from sqlalchemy import Connection, select

from backoffice.domain.certificate import certificate_code
from backoffice.domain.money import Money
from backoffice.services.certificate_issue import issue
from backoffice.services.import_kinds import (
    Cells,
    ImportContext,
    Kind,
    ReadRow,
    Refused,
    RowProblem,
    Values,
    last_of_each,
    read_amount,
    read_count,
    read_moment,
    read_text,
    read_yes,
)
from backoffice.store.tables.pricing import gift_certificates, override_reasons
from backoffice.store.upsert import upsert

_LONGEST_CODE = 40


def _read_certificate(cells: Cells, context: ImportContext) -> Values:
    amount = read_amount(cells, "amount", context)
    if not amount:
        raise RowProblem("amount", "A gift certificate of nothing is none.")
    return {
        "code": certificate_code(read_text(cells, "code", longest=_LONGEST_CODE, needed=True)),
        "amount": amount,
        "expires_at": read_moment(cells, "expires", end_of_day=True),
        "recipient": read_text(cells, "recipient"),
    }


def _write_certificates(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, at: datetime
) -> Refused:
    """A certificate that is there stays as it is: what was used of it is not to be had again."""
    codes = [row.values["code"] for row in rows]
    found = connection.execute(select(gift_certificates).where(gift_certificates.c.code.in_(codes)))
    there = {row.code: Money(row.amount, row.currency) for row in found}
    refused: Refused = []
    for row in rows:
        code, amount = row.values["code"], row.values["amount"]
        if code not in there:
            there[code] = amount
            issue(
                connection,
                amount,
                at,
                code=code,
                expires_at=row.values["expires_at"],
                recipient=row.values["recipient"],
            )
        elif there[code] != amount:
            problem = f"There is a gift certificate {code} of {there[code]} already."
            refused.append((row, RowProblem("code", problem)))
    return refused


def _read_reason(cells: Cells, _context: ImportContext) -> Values:
    return {
        "code": read_text(cells, "code", longest=_LONGEST_CODE, needed=True),
        "sentence": read_text(cells, "sentence", needed=True),
        "position": read_count(cells, "position", default=0),
        "active": read_yes(cells, "active"),
    }


def _write_reasons(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    upsert(connection, override_reasons, last_of_each(rows, "code"))
    return []


GIFT_CERTIFICATES = Kind(
    name="gift_certificates",
    required=("code", "amount..."),
    read=_read_certificate,
    write=_write_certificates,
)
OVERRIDE_REASONS = Kind(
    name="override_reasons", required=("code", "sentence"), read=_read_reason, write=_write_reasons
)
