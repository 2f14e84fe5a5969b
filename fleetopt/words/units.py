"""Units as people write them beside a figure or show them behind it: `MWh`, `miles per day`, `USD/MWh`, `sq.m`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from fleetopt.words.plain_text import plain_text

_WATTS: Final = {
    f"{prefix}w{of}": (f"w{of}", factor)
    for of in ("", "h", "p")
    for prefix, factor in (("", 1.0), ("k", 1e3), ("m", 1e6), ("g", 1e9), ("t", 1e12))
}
_SEVERAL: Final[dict[tuple[str, float], str]] = {
    ("wh", 1.0): "watthour watthours",
    ("wh", 1e3): "kilowatthour kilowatthours",
    ("wh", 1e6): "megawatthour megawatthours",
    ("w", 1e3): "kilowatt kilowatts",
    ("w", 1e6): "megawatt megawatts",
    ("w", 745.7): "hp ps",
    ("va", 1e3): "kva",
    ("va", 1e6): "mva",
    ("wh", 1e3 / 3.6): "mj",
    ("wh", 1e6 / 3.6): "gj",
    ("km", 1.0): "km kms kilometer kilometers kilometre kilometres",
    ("km", 1e-3): "m meter meters metre metres",
    ("km", 1.609344): "mi mile miles",
    ("km", 1.852): "nm nmi",
    ("km", 3.048e-4): "ft feet",
    ("m2", 1.0): "m2 sqm sqmeter sqmeters sqmetre sqmetres squaremeters squaremetres",
    ("m2", 0.09290304): "ft2 sqft sqfeet squarefeet",
    ("m2", 1e4): "ha hectare hectares",
    ("m2", 4046.86): "acre acres",
    ("s", 1.0): "s sec secs second seconds",
    ("s", 1e-3): "ms millisecond milliseconds",
    ("s", 60.0): "min mins minute minutes",
    ("s", 3600.0): "h hr hrs hour hours",
    ("s", 86_400.0): "d day days",
    ("s", 604_800.0): "week weeks",
    ("s", 2_629_800.0): "mo month months",
    ("s", 7_889_400.0): "quarter quarters",
    ("s", 31_557_600.0): "a y yr yrs year years",
    ("usd", 1.0): "usd $ us$ dollar dollars",
    ("usd", 0.01): "ct cts cent cents ¢ usc uscent uscents",
    ("usd", 1e3): "kusd k$ usdk $k tusd thousandusd thousand$ usdthousand usdthousands thousandsofusd thousanddollars",
    ("usd", 1e6): "musd m$ millionusd million$ usdmillion mnusd",
    ("eur", 1.0): "eur € euro euros",
    ("eur", 1e3): "keur k€ teur t€",
    ("gbp", 1.0): "gbp £ pound pounds",
    **{(currency, 1.0): f"{currency} {signs}" for currency, signs in {"chf": "", "jpy": "¥ yen", "inr": "₹"}.items()},
    **{(currency, 1.0): currency for currency in ("cny", "cad", "aud", "sek", "nok", "dkk", "pln")},
}
_KNOWN: Final = {
    **_WATTS,
    **{word: measure for measure, words in _SEVERAL.items() for word in words.split()},
    "1": ("", 1.0),
    "-": ("", 1.0),
    "%": ("", 0.01),
    "percent": ("", 0.01),
    "‰": ("", 0.001),
}
"""By a unit without blanks, in small letters: what it measures, and how much of it."""
_CURRENCIES: Final = {"usd", "eur", "gbp", "chf", "jpy", "inr", "cny", "cad", "aud", "sek", "nok", "dkk", "pln"}
_OF_A_TIME: Final = ("d", "day", "trip", "slot")
"""What a figure of one day or slot may be said to be per."""
_COUNT: Final = re.compile(r"(\d+)\s*(?=\D)(.*)")
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].')


def is_other_unit(given: str, due: str, thousands: int = 0) -> bool:
    """Whether a text names a unit, and another one than is due; one that is not known names none.

    Parameters:
        thousands: how often the figure that the text goes with was divided by a thousand.
    """
    ours, theirs = _measures(due), _measures(given)
    if ours is None or theirs is None:
        return False
    if len(ours) == 1 and len(theirs) == 2 and _short(given).rpartition("/")[2] in _OF_A_TIME:
        theirs = theirs[:1]
    one, other = _ratio(ours[: len(theirs)]), _ratio(theirs[: len(ours)])
    if len(theirs) > len(ours) or one[0] != other[0]:
        return True
    return abs(other[1] / one[1] / 1000.0**thousands - 1) > 1e-6


def is_currency(text: str) -> bool:
    """Whether a text names money, alone or for something."""
    measures = _measures(text)
    return measures is not None and measures[0][0] in _CURRENCIES


def is_unit(text: str) -> bool:
    """Whether a text names a unit that is known."""
    return _measures(text) is not None


def shown_unit(number_format: str) -> tuple[str, int] | None:
    """The unit that a number format shows with a figure, and how often it divides the figure by a thousand.

    As in ECMA-376, Office Open XML, part 1, 18.8.31: quoted or escaped text is shown as it is, a comma behind the last
    digit divides by a thousand.
    """
    positive = _sections(number_format)[0]
    said = "".join(part for match in _LITERAL.finditer(positive) for part in match.groups() if part)
    bare = _LITERAL.sub("", positive)
    signs = "".join(sign for sign in "$€£¥" if sign in bare)
    text = re.sub(r"^[\s(\[]+|[\s)\]]+$", "", f"{said} {signs}")
    commas = re.search(r"[0#?](,+)(?![0#?,])", bare)
    if not text or re.search(r"[dyhms]", bare.casefold()) or not is_unit(text):
        return None
    return plain_text(text), len(commas[1]) if commas else 0


def _sections(number_format: str) -> list[str]:
    """The parts of a format for positive figures, negative ones, zero and texts."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)


def _short(text: str) -> str:
    plain = unicodedata.normalize("NFKC", plain_text(text)).casefold()
    return "".join(plain.replace(" per ", "/").split()).replace("·", "").replace(".", "")


def _measures(text: str) -> list[tuple[str, float]] | None:
    """What is above and below a stroke; None where one of the two is not known."""
    parts = _short(text).split("/")
    found = [_measure(part) for part in parts]
    if len(parts) > 2 or not text.strip() or any(measure is None for measure in found):
        return None
    return [measure for measure in found if measure is not None]


def _measure(text: str) -> tuple[str, float] | None:
    if text in _OF_A_TIME and text not in _KNOWN:
        return text, 1.0
    if text in _KNOWN:
        return _KNOWN[text]
    count = _COUNT.fullmatch(text)
    if count and count[2] in _KNOWN:
        of, factor = _KNOWN[count[2]]
        return of, factor * float(count[1])
    return None


def _ratio(measures: Iterable[tuple[str, float]]) -> tuple[tuple[str, ...], float]:
    above, *below = measures
    return (above[0], *(of for of, _ in below)), above[1] / (below[0][1] if below else 1.0)
