"""Which gateway takes the payments is a setting; Stripe's key is none, and shows nowhere."""

from pathlib import Path

import pytest

from backoffice.bootstrap import open_backoffice
from backoffice.domain.errors import InvalidInput
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.settings import Settings, read_secret
from tests.services.desk import ORLANDO, Desk
from tests.services.world import AGENT

LINK = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Payment link")


async def test_without_a_gateway_nothing_but_the_account_is_offered(tmp_path: Path) -> None:
    office = await open_backoffice(Settings(data_dir=tmp_path, demo=True, payments="none"))
    try:
        call = await office.carts.open_call(AGENT, customer_id=ORLANDO)
        choices = await office.checkout.payment_choices(AGENT, call.cart_id)
    finally:
        await office.close()
    assert choices.cards == ()
    assert choices.cards_trouble == "This store takes no cards."
    assert choices.link_trouble == "This store sends no payment links."


async def test_a_gateway_offers_saved_cards_and_links(desk: Desk) -> None:
    cart = await desk.cart(pay=LINK)
    choices = await desk.office.checkout.payment_choices(AGENT, cart.cart_id)
    assert "Visa ending 4242, 04/29" in [card.label for card in choices.cards]
    assert (choices.cards_trouble, choices.link_trouble) == ("", "")
    assert cart.prepared is not None
    assert choices.to_pay == cart.prepared.to_pay


async def test_stripe_without_a_key_is_told_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKOFFICE_STRIPE_API_KEY", raising=False)
    with pytest.raises(InvalidInput) as refused:
        await open_backoffice(Settings(data_dir=tmp_path, payments="stripe"))
    assert refused.value.code == "no_key"
    assert list(tmp_path.iterdir()) == []


async def test_stripe_is_opened_with_a_key_that_no_setting_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKOFFICE_STRIPE_API_KEY", "sk_test_of_nobody")
    office = await open_backoffice(Settings(data_dir=tmp_path, payments="stripe"))
    await office.close()
    assert "sk_test" not in repr(office.settings)
    assert read_secret("stripe_api_key") == "sk_test_of_nobody"
