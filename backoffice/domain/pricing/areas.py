"""Places: where a shipment goes, and the area a tax rate, a tariff or an offer covers."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """Where goods go: ISO country, region (state, province) and postcode; "" where not known."""

    country: str
    region: str = ""
    postcode: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A country, or part of one. `country` "*" is everywhere; `region` "" is the whole country.

    `postcodes` are patterns, any of which must fit; none means all of the area:
    `90210` exactly (and its ZIP+4), `35*` by prefix, `90000-90299` from and to, both included.
    """

    country: str = "*"
    region: str = ""
    postcodes: tuple[str, ...] = ()

    def covers(self, place: Destination) -> bool:
        """Whether the place lies in the area; an unknown region or postcode lies in no part."""
        if self.country not in ("*", place.country):
            return False
        if self.region and self.region != place.region:
            return False
        return not self.postcodes or any(
            _postcode_fits(pattern, place.postcode) for pattern in self.postcodes
        )

    @property
    def precision(self) -> int:
        """How narrow the area is: 0 everywhere, 1 a country, 2 a region, 3 postcodes."""
        if self.postcodes:
            return 3
        if self.region:
            return 2
        return 0 if self.country == "*" else 1

    def __str__(self) -> str:
        """The jurisdiction as people write it: `US/WA`, `ES 35*`."""
        place = f"{self.country}/{self.region}" if self.region else self.country
        return f"{place} {', '.join(self.postcodes)}" if self.postcodes else place


EVERYWHERE = Area()


def _postcode_fits(pattern: str, postcode: str) -> bool:
    code = _plain(postcode)
    pattern = _plain(pattern)
    if not code:
        return False
    if pattern.endswith("*"):
        return code.startswith(pattern[:-1])
    first, dash, last = pattern.partition("-")
    if dash:
        return first <= code[: len(first)] and code[: len(last)] <= last
    return code == pattern or code.startswith(pattern + "-")


def _plain(postcode: str) -> str:
    return postcode.replace(" ", "").upper()
