"""Words in the language of the edition, from its catalogues.

The language comes from the environment variable AFTER_WASHINGTON_LANGUAGE ("en" when unset),
the catalogues from AFTER_WASHINGTON_CATALOGUES: notebooks run once per language, and the
environment is what reaches their kernels.

Whatever a figure or a table prints passes through `t` at the last moment. So plain words need
nothing in a notebook. Only where a value stands inside a sentence must the sentence be kept whole,
for a translator to turn around: `text.t("{share} of the rise came from Europe", share=...)`.
"""

import functools
import gettext
import os
import re

_WORDS = re.compile(r"[A-Za-z]{2}|.%")
_NAMES = re.compile(r"\{\w*\}")


def language():
    """Return the language code of this edition, such as "en" or "ar"."""
    return os.environ.get("AFTER_WASHINGTON_LANGUAGE", "en")


def right_to_left():
    """Return whether the language of this edition is written from right to left."""
    return language() in ("ar", "fa", "he", "ur")


class _Nothing(gettext.NullTranslations):
    """The end of a chain of catalogues: what none of them holds is None, not the original."""

    def gettext(self, message):
        return None


@functools.cache
def catalogue(paths):
    """Return the compiled catalogues at `paths`, parted as in PATH, the first of them first.

    `catalogue(paths).gettext(words)` is None where no catalogue holds the words.
    """
    chain = _Nothing()
    for path in reversed(paths.split(os.pathsep) if paths else []):
        with open(path, "rb") as file:
            one = gettext.GNUTranslations(file)
        one.add_fallback(chain)
        chain = one
    return chain


_asked = {}  # words -> their translation, None where there is none
_ready = set()  # words that need no translation any more


def t(words, /, **values):
    """Return `words` in the language of the edition, with `values` for the names in braces.

    What is in that language already (a result of `t` or `keep`) comes back as it is; so does what
    no catalogue holds, and `asked` tells of it.
    """
    if not values and (words in _ready or not words.strip()):
        return words
    found = catalogue(os.environ.get("AFTER_WASHINGTON_CATALOGUES", "")).gettext(words)
    rest = _NAMES.sub("", words)
    # One letter by itself is a code or a name; beside a value it is a unit.
    if _WORDS.search(rest) or (values and re.search("[A-Za-z]", rest)):
        _asked[words] = found
    found = words if found is None else found
    return keep(found.format(**values) if values else found)


def keep(words):
    """Return `words`, marked as the same in every language: a name, a citation, a date."""
    _ready.add(words)
    return words


def asked():
    """Return what was looked up since the start: words -> translation, or None if there is none."""
    return dict(_asked)


def complete():
    """Return whether all that was asked for so far is in the language of the edition."""
    return language() == "en" or None not in _asked.values()


def forget():
    """Begin anew, in another language or on another page."""
    _asked.clear()
    _ready.clear()
