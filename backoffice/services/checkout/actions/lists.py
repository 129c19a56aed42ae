"""The three lists in their order. An empty place says what is missing for it to have anything to do."""

from backoffice.services.checkout.actions.authorize_payments import AuthorizePayments
from backoffice.services.checkout.actions.capture_payments import CapturePayments
from backoffice.services.checkout.actions.clear_shopping_cart import ClearShoppingCart
from backoffice.services.checkout.actions.commit_order_tax import CommitOrderTax
from backoffice.services.checkout.actions.create_gift_certificates import CreateGiftCertificates
from backoffice.services.checkout.actions.create_new_order import CreateNewOrder
from backoffice.services.checkout.actions.create_new_order_event import CreateNewOrderEvent
from backoffice.services.checkout.actions.gift_certificate_balance_checker import (
    GiftCertificateBalanceChecker,
)
from backoffice.services.checkout.actions.initiate_fulfilment import InitiateFulfilment
from backoffice.services.checkout.actions.populate_order_data import PopulateOrderData
from backoffice.services.checkout.actions.populate_template_order_payment import PopulateTemplateOrderPayment
from backoffice.services.checkout.actions.post_checkout import PostCheckout
from backoffice.services.checkout.actions.pre_checkout import PreCheckout
from backoffice.services.checkout.actions.process_coupon_customer_assignments import (
    ProcessCouponCustomerAssignments,
)
from backoffice.services.checkout.actions.shipping_information import ShippingInformation
from backoffice.services.checkout.actions.stock_checker import StockChecker
from backoffice.services.checkout.actions.subscription_credit_check import SubscriptionCreditCheck
from backoffice.services.checkout.actions.update_customer import UpdateCustomer
from backoffice.services.checkout.actions.update_limited_usage_numbers import UpdateLimitedUsageNumbers
from backoffice.services.checkout.actions.update_order import UpdateOrder
from backoffice.services.checkout.events import Registered
from backoffice.services.checkout.pipeline import Pipeline


def built_in(handlers: tuple[Registered, ...] = ()) -> Pipeline:
    """Return the lists of the design, in their order, with what packages registered for its three moments."""
    return Pipeline(
        setup=(
            PreCheckout(handlers),
            ShippingInformation(),
            GiftCertificateBalanceChecker(),
            StockChecker(),
            UpdateCustomer(),
        ),
        reversible=(
            CreateNewOrder(),
            PopulateOrderData(),
            CreateGiftCertificates(),
            PopulateTemplateOrderPayment(),
            AuthorizePayments(),
            UpdateLimitedUsageNumbers(),
            SubscriptionCreditCheck(),
            UpdateOrder(handlers),
            CommitOrderTax(),
            ProcessCouponCustomerAssignments(),
            CreateNewOrderEvent(),
            InitiateFulfilment(),
            CapturePayments(),
        ),
        finalize=(
            ClearShoppingCart(),
            PostCheckout(handlers),
        ),
        handlers=handlers,
    )


PIPELINE = built_in()
