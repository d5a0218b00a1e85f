"""How the book is made: execution, web pages, print edition, publication.

Nothing in the chapters imports this package; it imports them.
"""

import sys

# On import, jsonschema compiles a grammar for internationalised addresses, if that package is
# there, and takes over a second for it. Nothing here checks such addresses.
sys.modules.setdefault("rfc3987_syntax", None)


class BuildError(RuntimeError):
    """The book cannot be built; the message tells a writer where and why."""
