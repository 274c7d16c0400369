"""Markup through lexbor's parser and out again, well formed, at a cost that is bounded.

Two kinds of markup cost the parser the square of their length: attributes of one element, each
compared with all before it, and formatting elements left open, which HTML5 opens anew in every
block: 20 kB of them make a tree of a gigabyte. What may be such markup is parsed by a process of
its own, which is ended when it takes too long or too much. Nothing can end a parser within ours.
"""

from __future__ import annotations

import re
import subprocess
import sys

from resiliparse.parse.html import HTMLTree

from corpus.errors import UnreadableError

#: What a process of its own may take; a page of 3 MB is parsed in 0.1 s.
SECONDS = 20
_MEMORY = 2 * 2**30
#: What may come out of it: the longest of 85 saved pages grows by a tenth.
_GROWTH, _LEAST = 8, 2**20
#: Elements that a page may open anew for all we know; more are not risked here. The most of the
#: 85 pages have 184,000, a million take a gigabyte.
_NODES = 1_000_000
#: Formatting elements without attributes are open thrice at most, of each of 13 kinds.
_PLAIN = 3 * 13
#: Start tags of one <html> or <body>, whose attributes become those of one element.
_ROOTS = 10
_WEIGHTY = re.compile(
    r"<(?:([hH][tT][mM][lL]|[bB][oO][dD][yY])"
    r"|[bB](?:[iI][gG])?|[cC][oO][dD][eE]|[eE][mM]|[fF][oO][nN][tT]|[iIuU]|[nN][oO][bB][rR]"
    r"|[sS](?:[mM][aA][lL][lL]|[tT][rR](?:[iI][kK][eE]|[oO][nN][gG]))?|[tT][tT])[ \t\n\f/]"
)
_BLANK = r"[ \t\n\f/]*+"
_ATTRIBUTE = (
    rf"{_BLANK}[^ \t\n\f/>][^ \t\n\f/>=]*+"
    r"(?:[ \t\n\f]*+=[ \t\n\f]*+(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\f>]*+))?+"
)
#: As far as no tag has more than 2,000 attributes, which take five milliseconds; quotation marks in
#: a script look like several hundred.
_MODEST = re.compile(
    rf"(?:[^<]*+<(?:(?![a-zA-Z])|[a-zA-Z][^ \t\n\f/>]*+"
    rf"(?:>|(?:{_ATTRIBUTE}){{0,2000}}+(?={_BLANK}(?:>|\Z)))))*+[^<]*+"
)
_CHILD = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
except ImportError:
    pass
from resiliparse.parse.html import HTMLTree
html = HTMLTree.parse(sys.stdin.buffer.read().decode()).document.html.encode()
sys.exit(1) if len(html) > int(sys.argv[1]) else sys.stdout.buffer.write(html)
"""


def parsed(source: str) -> str:
    """Return the markup of `source` as a balanced tree has it; no markup is too broken.

    Raises:
        UnreadableError: it would take the parser longer, or more memory, than any page does.
    """
    if _may_be_costly(source):
        return _parsed_apart(source)
    document = HTMLTree.parse(source).document
    return document.html if document else ""


def _may_be_costly(source: str) -> bool:
    weighty = _WEIGHTY.findall(source)
    if (len(weighty) + _PLAIN) * source.count("<") > _NODES:
        return True
    if sum(1 for root in weighty if root) > _ROOTS:
        return True
    modest = _MODEST.match(source)
    return modest is None or modest.end() < len(source)


def _parsed_apart(source: str) -> str:
    data = source.encode()
    limit = _GROWTH * len(data) + _LEAST
    command = [sys.executable, "-P", "-c", _CHILD, str(limit)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        told = "markup that takes the HTML parser too long or too much memory"
        raise UnreadableError(f"{told}; was it made to? take it out of the source") from None
    return done.stdout.decode()
