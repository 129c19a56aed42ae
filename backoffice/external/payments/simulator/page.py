"""The page a payment link leads to: one amount, one button."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backoffice.domain.money import Money
from backoffice.external.payments.simulator.teller import Teller
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import Refusal

_STYLE = """
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto; padding: 0 1rem }
body { color: #1c2530 }
h1 { font-size: 1.2rem } .amount { font-size: 2rem; font-variant-numeric: tabular-nums }
button { font: inherit; padding: .6rem 2rem; border: 0; border-radius: .4rem }
button { background: #1f5fbf; color: #fff }
button:focus-visible { outline: 3px solid #f2a33c } small { color: #5a6673 }
"""
_WORDS = {
    "paid": "Thank you: this is paid. You can close this page.",
    "expired": "This link has expired. Please call the shop for a new one.",
    "cancelled": "The shop has closed this link. Nothing was paid.",
}
_BUTTON = '<form method="post"><button autofocus>Pay</button></form>'


class Page:
    """GET shows it, POST is the button."""

    def __init__(self, teller: Teller) -> None:
        """Show the links of ``teller``."""
        self._teller = teller

    def routes(self) -> list[Route]:
        """Where the page is."""
        return [
            Route("/pay/{id}", self.show, methods=["GET"]),
            Route("/pay/{id}", self.press, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page as it is now."""
        try:
            return _render(self._teller.link(request.path_params["id"]))
        except Refusal as refused:
            return _document(f"<p>{escape(refused.reason)}</p>", refused.status)

    async def press(self, request: Request) -> Response:
        """Pay, once."""
        try:
            return _render(self._teller.pay(request.path_params["id"]))
        except Refusal as refused:
            return _document(f"<p>{escape(refused.reason)}</p>", refused.status)


def _render(link: Row) -> Response:
    amount = Money(link["amount"], link["currency"])
    inside = (
        f"<h1>{escape(link['description'] or 'Your order')}</h1>"
        f"<p class='amount'>{escape(str(amount))}</p>"
        f"<p>{_WORDS.get(link['status'], _BUTTON)}</p>"
        f"<p><small>Reference {escape(link['reference'])}</small></p>"
    )
    return _document(inside, 200)


def _document(inside: str, status: int) -> Response:
    page = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Payment</title>"
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head>"
        f"<body><main>{inside}</main></body></html>"
    )
    return HTMLResponse(page, status_code=status, headers={"cache-control": "no-store"})
