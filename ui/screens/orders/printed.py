"""An opened order on paper: a PDF, its free text as plain text."""

from html import escape
from pathlib import Path

from PySide6.QtCore import QBuffer, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from ui.screens.orders.shown import Line, ShownOrder
from ui.text import Text
from ui.widgets import statuses
from ui.words import tr

_STYLE = """
body { font-family: sans-serif; font-size: 9pt; color: #1b1d21; }
h1 { font-size: 16pt; margin-bottom: 0; }
h2 { font-size: 10pt; margin-top: 14px; margin-bottom: 2px; }
th { text-align: left; color: #59606b; font-weight: normal; }
td, th { padding: 2px 8px 2px 0; }
"""


def write_pdf(order: ShownOrder, text: Text, path: Path) -> None:
    """Write the order to a file; OSError when it can not be written."""
    paper = QBuffer()
    paper.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(paper)
    writer.setTitle(tr("Order {number}", number=order.number))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(18, 18, 18, 18), QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(page_of(order, text))
    document.print_(writer)
    paper.close()
    path.write_bytes(paper.data().data())


def page_of(order: ShownOrder, text: Text) -> str:
    """Return the order as HTML; whatever people wrote is escaped."""
    status = statuses.order_status(order.status).word
    by = tr(" by {agent}", agent=order.agent) if order.agent else ""
    there = tr(", DOM {number}", number=order.external_order_id) if order.external_order_id else ""
    who = (order.customer_name, order.company, order.phone, order.email)
    parts = [
        f"<h1>{escape(tr('Order {number}', number=order.number))}</h1>",
        f"<p>{escape(f'{status}, {text.moment(order.placed_at)}{by}{there}')}</p>",
        "<table width='100%'><tr>",
        _block(tr("Customer"), [part for part in who if part]),
        _block(tr("Ships to"), [*order.ship_to, order.ship_method]),
        _block(tr("Bill to"), list(order.bill_to)),
        "</tr></table>",
        _lines(order.lines, text),
        _sums(order, text),
    ]
    if order.payments:
        said = [
            f"{paid.label or paid.reference}: {text.money(paid.amount)}, {statuses.payment_status(paid.status).word}"
            for paid in order.payments
        ]
        parts.append(_section(tr("Payments, every try"), said))
    if order.parcels:
        said = [f"{one.carrier} {one.tracking}: {one.content}" for one in order.parcels]
        parts.append(_section(tr("Shipments"), said))
    if order.notes:
        parts.append(_section(tr("Notes of the call"), order.notes.splitlines()))
    return "".join(parts)


def _block(title: str, lines: list[str]) -> str:
    return (
        f"<td valign='top'><h2>{escape(title)}</h2>{'<br>'.join(escape(line) for line in lines if line)}</td>"
    )


def _section(title: str, lines: list[str]) -> str:
    return f"<h2>{escape(title)}</h2><p>{'<br>'.join(escape(line) for line in lines)}</p>"


def _lines(lines: tuple[Line, ...], text: Text) -> str:
    heads = (tr("SKU"), tr("Name"), tr("Quantity"), tr("Each"), tr("Total"))
    head = "".join(
        f"<th{' align=right' if place > 1 else ''}>{escape(one)}</th>" for place, one in enumerate(heads)
    )
    rows = "".join(
        f"<tr><td>{escape(line.sku)}</td><td>{escape(line.name)}</td><td align=right>{line.quantity}</td>"
        f"<td align=right>{escape(text.money(line.unit_price))}</td>"
        f"<td align=right>{escape(text.money(line.total))}</td></tr>"
        for line in lines
    )
    return f"<h2>{escape(tr('Items'))}</h2><table width='100%'><tr>{head}</tr>{rows}</table>"


def _sums(order: ShownOrder, text: Text) -> str:
    rows = [(tr(word), text.money(amount)) for word, amount in order.sums]
    cells = "".join(
        f"<tr><td align=right>{escape(word)}</td><td align=right>{escape(amount)}</td></tr>"
        for word, amount in rows
    )
    words, amount = escape(tr("Total")), escape(text.money(order.total))
    total = f"<tr><td align=right><b>{words}</b></td><td align=right><b>{amount}</b></td></tr>"
    return f"<table align=right>{cells}{total}</table>"
