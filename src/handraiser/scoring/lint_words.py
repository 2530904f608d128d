"""Of which words is a name made, and what does it speak of?

Names come as `birthDate`, `date_of_birth`, `E-Mail geöffnet`: taken apart by signs and capitals, in small
letters without accents, so that `usage` is never taken for `age`.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["Words", "opens_mail", "says", "words_of"]

Words = tuple[str, ...]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MAIL = frozenset({"mail", "mails", "email", "emails", "mailing", "newsletter", "courriel", "correo"})
_READ = frozenset({"gelesen", "lu", "lue", "leido", "leida"})
# What is said of mails, and of a page or a film too.
_VIEWED = frozenset({"viewed", "view", "read"})
_OPENED = frozenset(
    {
        *("open", "opens", "opened", "opening", "geoffnet", "geoeffnet", "offnung", "oeffnung"),
        *_READ,
        *("ouvert", "ouverts", "ouverte", "ouverture", "abierto", "abiertos", "abierta", "apertura"),
    }
)


def words_of(name: str) -> Words:
    """Return the words of a name: `birthDate` is ("birth", "date"), `Staatsangehörigkeit` a single one."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(word.lower() for word in _WORD.findall(plain))


def says(words: Words, phrase: Words) -> bool:
    """Return whether a name has the words of a phrase side by side, or is the phrase run together."""
    size = len(phrase)
    beside = any(words[start : start + size] == phrase for start in range(len(words) - size + 1))
    return beside or (size > 1 and words == ("".join(phrase),))


def opens_mail(event: str) -> bool:
    """Return whether an event's name speaks of opening a mail: `Email Opened`, `newsletter_open`, `Open`."""
    words = frozenset(words_of(event))
    if words <= _VIEWED | _MAIL and words & _VIEWED and words & _MAIL:
        return True
    return bool(words & _OPENED) and (bool(words & _MAIL) or words <= _OPENED - _READ)
