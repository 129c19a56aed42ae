"""The three lists in their order. An empty place says what is missing for it to have anything to do."""

from backoffice.services.checkout.actions.authorize_payments import AuthorizePayments
from backoffice.services.checkout.actions.clear_shopping_cart import ClearShoppingCart
from backoffice.services.checkout.actions.commit_order_tax import CommitOrderTax
from backoffice.services.checkout.actions.create_new_order import CreateNewOrder
from backoffice.services.checkout.actions.create_new_order_event import CreateNewOrderEvent
from backoffice.services.checkout.actions.initiate_fulfilment import InitiateFulfilment
from backoffice.services.checkout.actions.place import Place
from backoffice.services.checkout.actions.populate_order_data import PopulateOrderData
from backoffice.services.checkout.actions.populate_template_order_payment import PopulateTemplateOrderPayment
from backoffice.services.checkout.actions.post_checkout import PostCheckout
from backoffice.services.checkout.actions.pre_checkout import PreCheckout
from backoffice.services.checkout.actions.shipping_information import ShippingInformation
from backoffice.services.checkout.actions.stock_checker import StockChecker
from backoffice.services.checkout.actions.update_customer import UpdateCustomer
from backoffice.services.checkout.actions.update_order import UpdateOrder
from backoffice.services.checkout.events import Registered
from backoffice.services.checkout.pipeline import Pipeline


def built_in(handlers: tuple[Registered, ...] = ()) -> Pipeline:
    """Return the lists of the design, in their order, with what packages registered for its three moments."""
    return Pipeline(
        setup=(
            PreCheckout(handlers),
            ShippingInformation(),
            Place("giftCertificateBalanceChecker", "no gift certificates are sold or taken yet"),
            StockChecker(),
            UpdateCustomer(),
        ),
        reversible=(
            CreateNewOrder(),
            PopulateOrderData(),
            Place("createGiftCertificates", "no gift certificates are sold yet"),
            PopulateTemplateOrderPayment(),
            AuthorizePayments(),
            Place("updateLimitedUsageNumbers", "no promotion of the store has limited uses yet"),
            Place("subscriptionCreditCheck", "nothing recurring is sold yet"),
            UpdateOrder(handlers),
            CommitOrderTax(),
            Place("processCouponCustomerAssignments", "no coupon is earned by ordering yet"),
            CreateNewOrderEvent(),
            InitiateFulfilment(),
            Place("capturePayments", "nothing ships at once; capture follows the shipment"),
        ),
        finalize=(
            ClearShoppingCart(),
            PostCheckout(handlers),
        ),
        handlers=handlers,
    )


PIPELINE = built_in()
