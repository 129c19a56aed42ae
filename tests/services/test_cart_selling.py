"""ChangeOrder: prices set by hand, several shipments, gift certificates, coupons."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.cart import Cart
from backoffice.domain.customer import Address
from backoffice.domain.errors import InvalidInput, NotAllowed, NotFound, Refusal
from backoffice.domain.ids import LineId, Sku
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Approval
from backoffice.services.audit import verify_chain
from backoffice.services.codec import unpack
from backoffice.store.tables.ordering import payments
from backoffice.store.tables.people import audit
from tests.services.desk import ORLANDO, Desk
from tests.services.selling import certificate, price_list, reason, usd
from tests.services.world import AGENT, HOME, SUPERVISOR

HELMET = "HL-U509-R"  # 34.99
BIKE = "BK-M68S-38"
SUSAN = Approval(login="susan", password="gold-pedal")
OFFICE = unpack(Address, {**HOME, "address_id": "a2", "line1": "1 Side St", "region": "OR"})
EXPRESS = "ZY - EXPRESS"


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """With two reasons for another price and one of the past."""
    reason(desk, "damaged", "The box is damaged")
    reason(desk, "match", "A competitor is cheaper")
    reason(desk, "old", "Not used any more", active=False)
    return desk


async def override(
    desk: Desk, cart: Cart, amount: Money, code: str = "damaged", **said: Approval | None
) -> Cart:
    line = cart.lines[0].line_id
    return await desk.office.carts.override_price(
        AGENT, cart.cart_id, line, amount, code, version=cart.version, **said
    )


def trail(desk: Desk, action: str) -> list[dict[str, object]]:
    return [{"actor": row["actor"], **row["detail"]} for row in desk.rows(audit) if row["action"] == action]


async def test_reasons_are_those_in_use(shop: Desk) -> None:
    reasons = await shop.office.carts.override_reasons()

    assert ("damaged", "The box is damaged") in reasons
    assert "old" not in dict(reasons)


async def test_a_price_within_the_limit_needs_nobody(shop: Desk) -> None:
    cart = await override(shop, await shop.built(f"2*{HELMET}"), usd("31.50"))

    [line] = cart.lines
    assert (line.unit_price, cart.items) == (usd("31.50"), usd(63))
    assert line.override is not None
    assert (line.override.set_by, line.override.approved_by) == ("ann", None)
    [said] = trail(shop, "cart.price_overridden")
    assert (said["usual"], said["price"], said["reason"]) == (3499, 3150, "damaged")
    prepared = (await shop.prepare(cart)).prepared
    assert prepared is not None
    assert prepared.totals.items == usd(63)
    assert prepared.explanations[0].rule_id == "override: damaged"


@pytest.mark.parametrize("amount", ["31.48", "38.50", "0"])
async def test_a_price_above_the_limit_asks_for_a_supervisor(shop: Desk, amount: str) -> None:
    cart = await shop.built(f"1*{HELMET}")

    with pytest.raises(Refusal) as caught:
        await override(shop, cart, usd(amount))

    assert caught.value.code == "approval_needed"
    assert "you may change a price by 10 %" in caught.value.sentence
    assert (await shop.office.carts.get(AGENT, cart.cart_id)).version == cart.version


async def test_the_limit_is_the_roles_and_the_usual_price_the_customers(shop: Desk) -> None:
    shop.use(shop.system(), override_limits={"agent": Decimal(50)})
    price_list(shop, "own", (HELMET, "20.00", 1), customer_id=ORLANDO)
    cart = await shop.built(f"1*{HELMET}")
    assert cart.lines[0].unit_price == usd(20)

    cart = await override(shop, cart, usd("10.00"))
    assert cart.lines[0].unit_price == usd(10)
    shop.use(shop.system(), override_limits={})
    with pytest.raises(Refusal, match="you may change a price by 0 %"):
        await override(shop, cart, usd("19.99"))


async def test_a_supervisor_approves_in_place_and_both_are_in_the_trail(shop: Desk) -> None:
    cart = await override(shop, await shop.built(f"1*{HELMET}"), usd(20), approval=SUSAN)

    [line] = cart.lines
    assert line.override is not None
    assert (line.override.set_by, line.override.approved_by) == ("ann", "susan")
    [said] = trail(shop, "cart.price_overridden")
    [approved] = trail(shop, "cart.price_approved")
    assert (said["actor"], said["approved_by"]) == ("ann", "susan")
    assert (approved["actor"], approved["asked_by"], approved["price"]) == ("susan", "ann", 2000)
    assert shop.office.store.read_here(verify_chain) == []
    assert SUSAN.password not in repr(SUSAN)


async def test_an_approval_that_was_not_needed_is_nobodys_act(shop: Desk) -> None:
    cart = await override(shop, await shop.built(f"1*{HELMET}"), usd(34), approval=SUSAN)

    assert cart.lines[0].override is not None
    assert cart.lines[0].override.approved_by is None
    assert trail(shop, "cart.price_approved") == []


async def test_a_supervisor_has_no_limit(shop: Desk) -> None:
    cart = await shop.built(f"1*{HELMET}", actor=SUPERVISOR)

    cart = await shop.office.carts.override_price(
        SUPERVISOR, cart.cart_id, cart.lines[0].line_id, usd(0), "match", version=cart.version
    )

    assert cart.items == usd(0)


async def test_an_agent_can_not_approve_for_another(shop: Desk) -> None:
    cart = await shop.built(f"1*{HELMET}")
    colleague = Approval(login="ann", password="red-helmet")

    with pytest.raises(NotAllowed):
        await override(shop, cart, usd(20), approval=colleague)
    assert (await shop.office.carts.get(AGENT, cart.cart_id)).lines[0].override is None


async def test_wrong_passwords_lock_the_approval_for_a_while(shop: Desk) -> None:
    cart = await shop.built(f"1*{HELMET}")
    guess = Approval(login="susan", password="guess-guess")
    for _ in range(5):
        with pytest.raises(Refusal) as caught:
            await override(shop, cart, usd(20), approval=guess)
        assert caught.value.code == "wrong_password"

    with pytest.raises(Refusal) as caught:
        await override(shop, cart, usd(20), approval=SUSAN)
    assert caught.value.code == "locked"
    shop.clock.pass_time(timedelta(minutes=6))
    cart = await override(shop, cart, usd(20), approval=SUSAN)
    assert cart.lines[0].unit_price == usd(20)


@pytest.mark.parametrize(
    "amount, code, field",
    [
        (usd(34), "none-such", "reason"),
        (usd(34), "old", "reason"),
        (usd(34), "", "reason"),
        (Money(-1, "USD"), "damaged", "override"),
        (Money(3400, "EUR"), "damaged", "override"),
    ],
)
async def test_a_price_that_makes_no_sense_is_refused_at_its_field(
    shop: Desk, amount: Money, code: str, field: str
) -> None:
    cart = await shop.built(f"1*{HELMET}")

    with pytest.raises(InvalidInput) as caught:
        await override(shop, cart, amount, code)

    assert caught.value.field == field


async def test_the_usual_price_comes_back(shop: Desk) -> None:
    cart = await override(shop, await shop.built(f"1*{HELMET}"), usd(33))
    line = cart.lines[0].line_id

    cart = await shop.office.carts.clear_override(AGENT, cart.cart_id, line, version=cart.version)

    assert (cart.lines[0].unit_price, cart.lines[0].override) == (usd("34.99"), None)
    for gone in (line, LineId("gone")):
        with pytest.raises(NotFound):
            await shop.office.carts.clear_override(AGENT, cart.cart_id, gone, version=cart.version)


async def test_prices_follow_the_customer_and_the_quantity(desk: Desk) -> None:
    price_list(desk, "many", (HELMET, "30.00", 3))
    price_list(desk, "own", (BIKE, "700.00", 1), customer_id=ORLANDO)
    carts = desk.office.carts
    call = await carts.open_call(AGENT)
    cart = await carts.get(AGENT, call.cart_id)
    cart = await carts.add_line(AGENT, cart.cart_id, Sku(HELMET), 2, version=cart.version)
    cart = await carts.add_line(AGENT, cart.cart_id, Sku(BIKE), 1, version=cart.version)
    usual = cart.lines[1].unit_price
    assert cart.lines[0].unit_price == usd("34.99")

    cart = await carts.add_line(AGENT, cart.cart_id, Sku(HELMET), 1, version=cart.version)
    assert cart.lines[0].unit_price == usd(30)
    cart = await carts.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, 2, version=cart.version)
    assert cart.lines[0].unit_price == usd("34.99")
    assert cart.lines[1].unit_price == usual
    cart = await carts.set_customer(AGENT, cart.cart_id, ORLANDO, version=cart.version)
    assert cart.lines[1].unit_price == usd(700)


# Gift certificates and coupons.


async def test_certificates_pay_without_preparing_again(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    cart = await desk.cart(f"1*{HELMET}")
    assert cart.prepared is not None

    cart = await desk.office.carts.set_gift_certificates(
        AGENT, cart.cart_id, ("small ", "SMALL"), version=cart.version
    )

    assert cart.gift_certificates == ("SMALL",)
    assert cart.is_prepared(desk.clock.now)
    assert cart.prepared is not None
    assert cart.prepared.to_pay == cart.prepared.totals.total - usd(10)
    again = await desk.prepare(cart)
    assert again.prepared is not None
    assert again.prepared.certificates == cart.prepared.certificates
    assert again.prepared.changes == ()


async def test_a_certificate_that_has_nothing_to_pay_is_not_used(desk: Desk) -> None:
    certificate(desk, "LARGE", 500)
    certificate(desk, "SMALL", 10)
    cart = await desk.cart(f"1*{HELMET}")

    cart = await desk.office.carts.set_gift_certificates(
        AGENT, cart.cart_id, ("LARGE", "SMALL"), version=cart.version
    )

    assert cart.prepared is not None
    assert [used.code for used in cart.prepared.certificates] == ["LARGE"]


@pytest.mark.parametrize(
    "code, said",
    [
        ("LOST", "There is no gift certificate LOST."),
        ("OVER", "The gift certificate OVER expired on 22 November 2026."),
        ("4242-4242-4242-4242", "This looks like a card number."),
    ],
)
async def test_a_certificate_that_can_not_pay_is_refused_at_its_field(
    desk: Desk, code: str, said: str
) -> None:
    certificate(desk, "OVER", 10, expires_at=desk.clock.now)
    cart = await desk.built(f"1*{HELMET}")

    with pytest.raises(InvalidInput) as caught:
        await desk.office.carts.set_gift_certificates(AGENT, cart.cart_id, (code,), version=cart.version)

    assert caught.value.field == "gift_certificates"
    assert caught.value.sentence.startswith(said)


async def test_one_that_expired_in_the_cart_does_not_keep_others_out(desk: Desk) -> None:
    certificate(desk, "SOON", 10, expires_at=desk.clock.now + timedelta(minutes=1))
    certificate(desk, "GOOD", 10)
    cart = await desk.built(f"1*{HELMET}")
    carts = desk.office.carts
    cart = await carts.set_gift_certificates(AGENT, cart.cart_id, ("SOON",), version=cart.version)
    desk.clock.pass_time(timedelta(minutes=2))
    cart = await desk.prepare(cart)

    cart = await carts.set_gift_certificates(AGENT, cart.cart_id, ("SOON", "GOOD"), version=cart.version)

    assert cart.prepared is not None
    assert [used.code for used in cart.prepared.certificates] == ["GOOD"]


async def test_at_most_twenty_codes_of_forty_letters_and_no_card_number(desk: Desk) -> None:
    cart = await desk.built(f"1*{HELMET}")
    carts = desk.office.carts
    with pytest.raises(InvalidInput, match="At most 20 codes"):
        await carts.set_coupons(
            AGENT, cart.cart_id, tuple(f"C{number}" for number in range(21)), version=cart.version
        )
    with pytest.raises(InvalidInput, match="card number"):
        await carts.set_coupons(AGENT, cart.cart_id, ("4242424242424242",), version=cart.version)
    cart = await carts.set_coupons(AGENT, cart.cart_id, (" one ", "ONE", "", "x" * 50), version=cart.version)
    assert cart.coupons == ("ONE", "X" * 40)


async def test_a_link_has_no_reference_and_a_certificate_is_no_plan(desk: Desk) -> None:
    cart = await desk.built(f"1*{HELMET}")
    carts = desk.office.carts
    link = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Link")
    cart = await carts.set_payments(AGENT, cart.cart_id, (link,), version=cart.version)
    assert cart.payments == (link,)

    plan = PaymentPlan(method=PaymentMethod.GIFT_CERTIFICATE, reference="SMALL", label="")
    with pytest.raises(InvalidInput, match="by its code"):
        await carts.set_payments(AGENT, cart.cart_id, (plan,), version=cart.version)
    assert desk.rows(payments) == []
