"""Names of files for ids and authors, which are anybody's strings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

#: Kept as it is: no dots (no traversal, no hidden file), no capitals (a disk may not tell them).
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
#: Names that Windows keeps for itself.
_KEPT = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """Map each id to a name of its own that is safe in any folder on any disk.

    A plain id is its own name; another is told by its beginning and its hash.
    """
    plain = {id_ for id_ in ids if _PLAIN.fullmatch(id_) and not _KEPT.fullmatch(id_)}
    names = {id_: id_ for id_ in sorted(plain)}
    for id_ in sorted(set(ids) - plain):
        beginning = re.sub(r"[^a-z0-9]+", "-", id_.casefold()).strip("-")[:40]
        digest = hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()
        length = 8
        while (name := f"{beginning or 'id'}-{digest[:length]}") in names.values():
            length += 8
        names[id_] = name
    return names
