"""Text that is meant as a number: every way to read it."""

from __future__ import annotations

import re
import unicodedata

from fleetopt.words.plain_text import plain_text

_CURRENCY = re.compile(r"^(?P<before>[€$£¥]|USD|EUR|GBP)\s*|\s*(?P<behind>[€$£¥]|USD|EUR|GBP)$", re.IGNORECASE)
_DOLLARS = ("$", "usd")
_SEPARATORS = ((",", "."), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("'", ","))
"""Between thousands, and before decimals."""
_SHARES = ("", "-", "1/h")
"""Units in which a figure may be a share, written with a per cent sign."""


def readings(text: str, unit: str = "") -> list[float]:
    """All figures that a text can mean, by size: none for a word, two for `1,200` (1.2 or 1,200).

    Taken off are a currency, the unit that the figure is due in, and of a share the per cent sign.
    """
    plain = _plain(text)
    if unit[:1].isalpha() and plain.casefold().endswith(unit.casefold()):
        plain = plain[: -len(unit)].strip()
    plain = _CURRENCY.sub("", plain).strip()
    is_percentage = unit in _SHARES and plain.endswith("%")
    plain = plain.removesuffix("%").strip() if is_percentage else plain
    sign = -1.0 if plain.startswith("-") else 1.0
    figures = {sign * figure / (100 if is_percentage else 1) for figure in _figures(re.sub(r"^[+-]\s*", "", plain))}
    return sorted(figures)


def odd_currency(text: str, unit: str) -> str:
    """The currency in a text that is not the one of the unit; none where it is dollars as due, or no currency."""
    match = _CURRENCY.search(_plain(text))
    currency = (match["before"] or match["behind"]) if match else ""
    return "" if "USD" in unit and currency.casefold() in _DOLLARS else currency


def _plain(text: str) -> str:
    """With plain digits, blanks, dashes and apostrophes; nothing where a digit is a footnote's or in a circle."""
    if any(unicodedata.category(letter) == "No" for letter in text):
        return ""
    return plain_text(unicodedata.normalize("NFKC", text).translate({0x2212: "-", 0x2019: "'", 0x02BC: "'"}))


def _figures(text: str) -> set[float]:
    found: set[float] = set()
    for thousands, decimal in _SEPARATORS:
        grouped = rf"[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(decimal)}\d+)?"
        if re.fullmatch(grouped, text, re.ASCII):
            found.add(float(text.replace(thousands, "").replace(decimal, ".")))
        if re.fullmatch(rf"(?:\d+(?:{re.escape(decimal)}\d*)?|{re.escape(decimal)}\d+)", text, re.ASCII):
            found.add(float(text.replace(decimal, ".")))
    if re.fullmatch(r"(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+", text, re.ASCII):
        found.add(float(text))
    return found
