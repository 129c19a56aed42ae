"""What the store of a test sells by, put straight into its tables, besides what the demo has."""

from decimal import Decimal

from sqlalchemy import Connection, insert

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import utc_now
from backoffice.domain.money import Money
from backoffice.domain.pricing import PercentOff, Promotion
from backoffice.domain.pricing.as_json import to_json
from backoffice.services.certificate_issue import issue
from backoffice.store.tables.pricing import coupons
from backoffice.store.tables.selling import promotions


async def certificate(office: BackOffice, code: str, amount: str) -> None:
    """Issue a gift certificate."""
    await office.store.run(
        lambda connection: issue(connection, Money.of(amount, "USD"), utc_now(), code=code)
    )


async def coupon(office: BackOffice, code: str, percent: int) -> None:
    """Let a code take percents off the order."""

    def put(connection: Connection) -> None:
        name = f"{percent} % off"
        made = Promotion(
            promotion_id=f"by-{code}",
            name=name,
            benefits=(PercentOff(percent=Decimal(percent)),),
            needs_coupon=True,
        )
        connection.execute(
            insert(promotions).values(
                promotion_id=made.promotion_id,
                name=name,
                kind="test",
                priority=made.priority,
                active=True,
                data=to_json(made),
            )
        )
        connection.execute(
            insert(coupons).values(
                code=code,
                promotion_id=made.promotion_id,
                created_at=utc_now(),
                customer_id="",
                email="",
                earned_by_order="",
                active=True,
            )
        )

    await office.store.run(put)
