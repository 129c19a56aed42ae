"""Frozen settings; the only reader of environment and configuration files.

Precedence: arguments, environment (``BACKOFFICE_...``), ``backoffice.toml`` in the data directory, defaults.
"""

import os
import platform
import tomllib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backoffice.domain.inventory import InventorySystem
from backoffice.domain.pricing import PricingRules
from backoffice.domain.pricing.as_json import from_json, to_json

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SETTINGS_FILE = "backoffice.toml"
_PREFIX = "BACKOFFICE_"
_SAFE_KEYRINGS = tuple(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "macOS", "Windows")
)


def default_data_dir() -> Path:
    """Return where data is kept when nobody says otherwise."""
    return Path(platformdirs.user_data_dir("backoffice", appauthor=False))


class CheckoutLists(BaseModel):
    """The names of the checkout's actions in the order they are run; an empty list is the usual one.

    ``backofficectl checkout-actions`` prints those in force.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    setup: tuple[str, ...] = ()
    reversible: tuple[str, ...] = ()
    finalize: tuple[str, ...] = ()


def _pricing_rules(written: object) -> PricingRules:
    return written if isinstance(written, PricingRules) else from_json(written, PricingRules)


class StoreSettings(BaseModel):
    """What one store decides; kept in its row of ``stores`` and changed there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str = "USD"
    locale: str = "en_US"
    inventory_system: InventorySystem = InventorySystem.DOM
    orders_to_dom: bool = True
    online_location: str = "ONLINE"
    price_lock: timedelta = timedelta(minutes=15)
    hold: timedelta = timedelta(minutes=15)
    default_ship_method: str = ""
    tell_customers: bool = True
    order_number_prefix: str = "B"
    availability_expiry: timedelta = timedelta(minutes=5)
    low_stock_threshold: int = 10  # at or above: the cache is trusted until it expires; below: ask the DOM
    low_stock_expiry: timedelta = timedelta(seconds=30)
    fallback_status: str = "Unavailable"
    fallback_delay: timedelta | None = None
    transfer_tries: int = 6  # automatic ones, before a supervisor is asked
    checkout_lists: CheckoutLists = CheckoutLists()
    pricing: Annotated[PricingRules, PlainValidator(_pricing_rules), PlainSerializer(to_json)] = (
        PricingRules()  # how everything is rounded, taxed and combined; only what differs is written
    )
    # By which percentage of the usual price a role may change it by hand; nothing for a role not named. Whoever may
    # override above the limit has none.
    override_limits: dict[str, Annotated[Decimal, Field(ge=0, le=100)]] = {"agent": Decimal(10)}
    certificate_validity: timedelta | None = None  # of gift certificates sold; None: they do not expire
    failed_orders_kept: timedelta = timedelta(days=60)  # then cleanupFailedOrdersJob removes them
    failed_orders_batch: int = Field(default=100, gt=0)  # orders it removes in one transaction
    capture_on_shipment: bool = True  # money is taken as parcels leave; else only for what ships at once
    link_lifetime: timedelta = timedelta(hours=24)  # how long a customer can pay by link


class Settings(BaseSettings):
    """Where everything is and how long to wait for it."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: str = ""  # "": the embedded file in the data directory
    store_id: str = "adventure"
    desk: str = Field(default_factory=lambda: platform.node() or "desk")
    demo: bool = False
    dom_url: str = ""
    dom_deadline: timedelta = timedelta(seconds=10)
    dom_secrets: tuple[str, ...] = ()  # whsec_...; the first signs, all verify
    payments: Literal["none", "simulator", "stripe"] = "simulator"  # none: everything is taken on account
    payments_url: str = ""  # of the simulator; of Stripe only where it is not Stripe's own
    payments_deadline: timedelta = timedelta(seconds=10)
    payment_certain_after: timedelta = timedelta(minutes=2)  # not known to the gateway by then: it never was
    payments_secrets: tuple[str, ...] = ()  # whsec_...; what the gateway signs its notices with
    smtp_host: str = ""
    smtp_port: int = 25
    mail_from: str = "orders@example.com"
    inbound_host: str = "127.0.0.1"
    inbound_port: int = 0
    checkout_lease: timedelta = timedelta(seconds=30)
    transfer_first_wait: timedelta = timedelta(seconds=2)
    transfer_longest_wait: timedelta = timedelta(minutes=10)
    photos_dir: Path = RESOURCES / "demo" / "adventure-works" / "photos"

    @property
    def url(self) -> str:
        """Return SQLAlchemy's address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'backoffice.db'}"

    @classmethod
    def load(cls, data_dir: Path | None = None, **given: Any) -> Self:  # noqa: ANN401 - any setting, checked by pydantic
        """Read the settings for a data directory; arguments win over environment, environment over file."""
        home = data_dir or cls(**given).data_dir
        file = home / SETTINGS_FILE
        filed = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        overruled = {name for name in cls.model_fields if f"{_PREFIX}{name.upper()}" in os.environ}
        kept = {name: value for name, value in filed.items() if name not in overruled}
        return cls(**{**kept, **given, "data_dir": home})


def read_secret(name: str) -> str:
    """Return a secret from the environment (``BACKOFFICE_...``) or the system's keyring, "" when neither has it.

    Secrets are no settings, so that whatever shows the settings does not show them.
    """
    if given := os.environ.get(f"{_PREFIX}{name.upper()}"):
        return given
    import keyring  # noqa: PLC0415 - looks for the system's services when imported
    from keyring.errors import KeyringError  # noqa: PLC0415 - the same

    if not type(keyring.get_keyring()).__module__.startswith(_SAFE_KEYRINGS):
        return ""  # others may keep plain text
    try:
        return keyring.get_password("backoffice", name) or ""
    except KeyringError:
        return ""
