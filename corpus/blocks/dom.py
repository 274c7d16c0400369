"""A page's markup as HTML5 has it: parsed once, then read as the stream of its tags and texts.

lexbor (in resiliparse) builds the tree and writes it out again, well formed, in C; a walk over its
nodes from Python takes five times as long as reading what it wrote. Any markup and any depth of
nesting come out as a balanced stream.
"""

from __future__ import annotations

import re

from corpus.blocks.parser import parsed

#: Start tag, attributes and inner text of an element whose inner text is no markup; else the name
#: of a tag ('/p' ends a p; empty for comments) and its attributes; and the text behind either.
Token = tuple[str, str, str, str, str, str]

#: lexbor writes every attribute as ` name="value"`, with `"`, `<` and `>` of the value escaped; a
#: name may begin with '=' and hold anything else but white space, '/', '>' and '='.
_ATTRIBUTES = r"((?: .[^=]*+=\"[^\"]*+\")*+)"
#: Elements without content, which have no end tag.
VOID = frozenset(
    """
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track
    wbr
    """.split()
)
_RAW = "script|style|iframe|noembed|noframes|xmp|plaintext"
_TOKEN = re.compile(
    rf"<(?:({_RAW})(?=[ >]){_ATTRIBUTES}>([^<]*+(?:<(?!/\1>)[^<]*+)*+)</\1"
    rf"|(/?[a-zA-Z][^ \t\n\f\r/>]*+){_ATTRIBUTES}"
    r"|!--[^-]*+(?:-(?!->)[^-]*+)*+--|![^>]*+)>([^<]*+)"
)
_ATTRIBUTE = re.compile(r" (.[^=]*+)=\"([^\"]*+)\"")


def tokens(source: str) -> list[Token]:
    """Parse `source` and return its tags and texts in order; no markup is too broken.

    Raises:
        UnreadableError: it was made to take the parser for ever.
    """
    return _TOKEN.findall(parsed(source))


def attributes(written: str) -> dict[str, str]:
    """Return the attributes of a token as a table."""
    return {name: plain(value) for name, value in _ATTRIBUTE.findall(written)}


def plain(written: str) -> str:
    """Return text or an attribute's value without the escapes that a token has."""
    if "&" not in written:
        return written
    for escape, char in _ESCAPES:
        written = written.replace(escape, char)
    return written


_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&"))
