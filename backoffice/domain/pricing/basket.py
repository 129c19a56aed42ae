"""The cart while offers take their turns: minor units per line, by position; lines sorted by their id.

The only mutable thing of the engine, and it never leaves it. Sorting makes the result independent of the
order the lines came in.
"""

from collections.abc import Sequence
from fractions import Fraction

from backoffice.domain.pricing.lines import CartLine
from backoffice.domain.pricing.prices import UnitPrice
from backoffice.domain.pricing.promotions.offers import Minimum
from backoffice.domain.pricing.rules import PricingRules, ThresholdsMeasure
from backoffice.domain.pricing.selection import LineIndex, Selection

Amounts = dict[int, int]


class Basket:
    """Lines with what is left of each after the offers so far."""

    def __init__(
        self,
        lines: Sequence[CartLine],
        prices: Sequence[UnitPrice],
        percent_factors: Sequence[Fraction] | None,
        rules: PricingRules,
    ) -> None:
        self.lines = lines
        self.rules = rules
        self.percent_factors = percent_factors
        self.quantity = [line.quantity for line in lines]
        self._all_quantity = sum(self.quantity)
        self.gross = [price.minor * line.quantity for line, price in zip(lines, prices, strict=True)]
        self.left = list(self.gross)
        self.taken: list[tuple[str, Amounts]] = []
        self._closed = {
            position
            for position, (line, price) in enumerate(zip(lines, prices, strict=True))
            if not line.is_discountable or (price.override_reason and not rules.discount_overridden_prices)
        }
        self._index = LineIndex(lines, [price.minor for price in prices])

    def selected(self, selection: Selection) -> Sequence[int]:
        """The positions of a selection, for counting."""
        positions = self._index.positions(selection)
        if selection.only_undiscounted:
            return [position for position in positions if self.left[position] == self.gross[position]]
        return positions

    def discountable(self, selection: Selection, left: Sequence[int]) -> list[int]:
        """The positions of a selection that have something left to take."""
        closed = self._closed
        return [
            position for position in self.selected(selection) if left[position] and position not in closed
        ]

    def measured_amount(self, positions: Sequence[int]) -> int:
        """What the positions come to, as thresholds look at it."""
        after = self.rules.thresholds is ThresholdsMeasure.AFTER_DISCOUNTS
        amounts = self.left if after else self.gross
        if len(positions) == len(amounts):
            return sum(amounts)
        return sum(amounts[position] for position in positions)

    def measured_quantity(self, positions: Sequence[int]) -> int:
        """How many pieces they are."""
        if len(positions) == len(self.quantity):
            return self._all_quantity
        return sum(self.quantity[position] for position in positions)

    def reaches(self, value: int, minimum: int) -> bool:
        """Whether a threshold is met."""
        return value >= minimum if self.rules.threshold_met_when_reached else value > minimum

    def lacking(self, minimum: Minimum) -> tuple[int, int] | None:
        """None when the minimum is met, else the pieces and the amount there are."""
        positions = self.selected(minimum.on)
        quantity = self.measured_quantity(positions)
        amount = self.measured_amount(positions)
        enough = quantity >= minimum.quantity and (
            minimum.amount is None or self.reaches(amount, minimum.amount.minor)
        )
        return None if enough else (quantity, amount)

    def take(self, promotion_id: str, amounts: Amounts) -> None:
        """Take an offer's amounts off its lines; once for each offer."""
        left = self.left
        for position, amount in amounts.items():
            left[position] -= amount
        self.taken.append((promotion_id, amounts))
