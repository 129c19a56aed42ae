"""A job that is lost is queued again by housekeeping, as often as it is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from tests.services.desk import CARD, Desk

DECLINED = PaymentPlan(
    method=PaymentMethod.CARD, reference="card_insufficient_funds", label="Visa ending 9995"
)


@pytest.mark.parametrize("times", [1, 3])
async def test_money_to_be_let_go_of_waits_minutes_however_often_its_job_is_lost(
    desk: Desk, times: int
) -> None:
    first = replace(CARD, amount=Money(500, "USD"))
    await desk.ordered(pay=(first, DECLINED))
    assert desk.gateway.held() == 500

    for _ in range(times):
        desk.lose_jobs()
        desk.clock.pass_time(timedelta(minutes=2))
        await desk.office.maintenance.run_once()

    await desk.run_jobs()
    assert desk.gateway.held() == 0
