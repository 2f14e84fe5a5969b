"""Text as people see it: without what is invisible, each letter in its one form, single blanks."""

from __future__ import annotations

import unicodedata

_UNSEEN = ("Cc", "Cf", "Cs")
"""Unicode's categories of control characters, format characters such as the zero-width space, and halves of letters."""
_JOINERS = "\u200c\u200d"
"""What joins letters or pictures to one; some names are not the same without."""


def plain_text(text: str) -> str:
    """Take off what nobody sees: blanks around and doubled, controls, zero-width letters, marks of direction."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(letter for letter in unicodedata.normalize("NFC", text) if _is_seen(letter))
    return " ".join(text.split())


def folded(name: object) -> str:
    """A name without blanks and case: what counts when names are compared."""
    return "".join(str(name or "").split()).casefold()


def _is_seen(letter: str) -> bool:
    return letter.isspace() or letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
