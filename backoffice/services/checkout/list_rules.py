"""What may not be broken in the order of the checkout's lists, and why; whoever breaks it is told so at the start."""

from collections.abc import Iterator

from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.work import RemoteAction

NEEDED = {
    "stockChecker": "without it a cart that is not prepared would be ordered",
    "createNewOrder": "without it there is no order",
    "populateTemplateOrderPayment": "without it nothing is paid",
    "authorizePayments": "without it nothing is paid",
    "updateOrder": "without it nothing is taken from the stock",
    "createNewOrderEvent": "without it nothing is sent",
    "clearShoppingCart": "without it a cart stays open beside its order",
}
FIRST = ("createNewOrder", "its undo is the last, and leaves the order's trail whole")
IN_THIS_ORDER = (
    ("populateTemplateOrderPayment", "authorizePayments", "what is not written down can not be authorised"),
    ("createGiftCertificates", "updateOrder", "what was not made can not be ordered"),
    ("authorizePayments", "updateOrder", "an order takes its stock when it is paid for, not before"),
    ("authorizePayments", "createNewOrderEvent", "whether it is sent hangs on its payment"),
    ("authorizePayments", "capturePayments", "what is not held can not be taken"),
    ("updateOrder", "createNewOrderEvent", "what is sent must have its stock"),
    ("updateOrder", "initiateFulfilment", "what is released must have its stock"),
    ("createNewOrderEvent", "initiateFulfilment", "what is not there can be neither released nor held"),
)
LAST_BEFORE_JOBS = (
    "createNewOrderEvent",
    "its jobs begin when they are committed, and waiting for the world commits",
)


def broken_rules(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """Yield the action and the sentence of each rule the lists break."""
    places = {action.name: place for place, action in enumerate(pipeline.reversible)}
    everywhere = {action.name for action in (*pipeline.setup, *pipeline.reversible, *pipeline.finalize)}
    for name, why in NEEDED.items():
        if name not in everywhere:
            yield name, f"“{name}” can not be removed: {why}."
    first, why = FIRST
    if places.get(first, 0) != 0:
        yield pipeline.reversible[0].name, f"“{first}” must be the first that can be undone: {why}."
    for earlier, later, why in IN_THIS_ORDER:
        if places.get(earlier, -1) > places.get(later, len(places)):
            yield later, f"“{later}” can not stand before “{earlier}”: {why}."
    last, why = LAST_BEFORE_JOBS
    for action in pipeline.reversible[places.get(last, len(places)) :]:
        if isinstance(action, RemoteAction):
            yield action.name, f"“{action.name}” asks the world, so it must stand before “{last}”: {why}."
    for action in (*pipeline.setup, *pipeline.finalize):
        if isinstance(action, RemoteAction):
            yield (
                action.name,
                f"“{action.name}” asks the world, so it can only stand among those that can be undone.",
            )
