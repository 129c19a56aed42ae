"""The caller: who it is, how to reach them, where things go."""

from dataclasses import dataclass

from backoffice.domain.ids import AddressId, CustomerId


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A postal address. ``country`` is ISO 3166 alpha-2, ``region`` the code where the country has codes (CA, ON)."""

    address_id: AddressId
    kind: str  # Main Office, Shipping, Home ...
    name: str = ""
    company: str = ""
    line1: str
    line2: str = ""
    city: str
    region: str = ""
    region_name: str = ""
    postal_code: str = ""
    country: str
    phone: str = ""

    def one_line(self) -> str:
        """Return it as it is read back: "12 Main St, Van Nuys, CA 91411, US"."""
        place = " ".join(part for part in (self.region, self.postal_code) if part)
        return ", ".join(part for part in (self.line1, self.line2, self.city, place, self.country) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer as stored. ``group`` is reseller (a company is given) or consumer; ``phone`` is as typed."""

    customer_id: CustomerId
    title: str = ""
    first_name: str
    middle_name: str = ""
    last_name: str
    suffix: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    group: str
    tax_group: str = "retail"
    language: str = "en"
    notes: str = ""
    addresses: tuple[Address, ...] = ()
    version: int

    @property
    def name(self) -> str:
        """Return the name as spoken: "Orlando Gee"."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerDraft:
    """What is typed for a new or changed customer; only a name or a company is needed."""

    title: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en"
    notes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressDraft:
    """What is typed for an address; checked field by field."""

    kind: str = "Shipping"
    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerHit:
    """One line of a search: the customer and why it was found ("phone", "order B1000001", "name" ...)."""

    customer_id: CustomerId
    name: str
    company: str
    phone: str
    email: str
    city: str
    matched_by: str
