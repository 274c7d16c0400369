"""Of a card: where the articles come from, what may be passed on, and what is not there."""

from __future__ import annotations

from collections.abc import Mapping

from corpus.job import Job
from corpus.release.hashes import WIDTH
from corpus.release.licences import known, read_licences
from corpus.release.tables import cell, share, table
from corpus.release.tally import Tally
from corpus.scheme import Scheme

#: Publishers named in the card; the rest are counted.
MOST = 50


def sources(tally: Tally) -> str:
    """Return where the articles come from, what the sites said, and who read them."""
    common = sorted(tally.publishers.items(), key=lambda each: (-each[1], each[0]))
    rows = [(name or "not named", count) for name, count in common[:MOST]]
    if len(common) > MOST:
        rows.append((f"{len(common) - MOST} others", sum(n for _, n in common[MOST:])))
    asked = [
        (robots or "not asked", tdm or "not asked", count)
        for (robots, tdm), count in sorted(tally.robots.items())
    ]
    readers = [(reader, version, n) for (reader, version), n in sorted(tally.readers.items())]
    return "\n\n".join(
        (
            "## Sources",
            table(("publisher", "articles"), rows),
            "What the sites said of crawling and of mining when the pages were taken:",
            table(("robots.txt", "mining", "articles"), asked),
            "Read by Pressmark (another version may cut a page otherwise; the sha256 tells):",
            table(("reader", "version", "articles"), readers),
        )
    )


def texts(job: Job, tally: Tally) -> str:
    """Return which licences let text out, which do not and why, and what was masked."""
    licences = read_licences(job)
    rows = []
    for (name, why), count in sorted(tally.licences.items()):
        licence = known(name, licences)
        told = licence.name if licence else name or "none stated"
        terms = why or (licence.terms if licence else "")
        rows.append((told, count, "no" if why else "yes", terms))
    head = table(("licence of the text", "articles", "text in `full`", "terms, or why not"), rows)
    drop = job.settings.release.drop
    masks = ""
    if drop:
        counted = ", ".join(f"{tally.masked[kind]} {kind}" for kind in drop)
        masks = (
            f"In `full` the characters of some blocks are replaced by '█' ({counted} blocks), so"
            " that offsets stay right: `sha256` is of the masked text and `original_sha256` of the"
            " page's. That keeps names from being read or found by search; who has the page, or"
            " tries names against the sha256, can still tell. Without a text's byline the column"
            " `authors` is empty."
        )
    return (
        "## Licences of the texts\n\nNews text is its publisher's. The licence of the annotations"
        f" above covers labels, blocks and offsets, not the articles.\n\n{head}\n\n{masks}"
    )


BARE = f"""\
## What `standoff` gives away, and what it does not

No text, title, author, comment, target or other free text of an annotator. The sha256 of each text
tells whether a copy is the same. `hash` (of blocks) and `context` (of spans and placed answers) are
salted hashes over {WIDTH} characters or more; what is shorter has none, since a hash of a few words
is found by trying (so is the sha256 of a whole text that is but a few words). Who guesses all
{WIDTH} characters at once can confirm the guess: standing text of a site, or text that is public,
is recognised, which is what the hashes are for. Addresses, publishers and dates are told in full,
and an address often holds the words of a headline."""


def gaps(job: Job, tally: Tally, schemes: Mapping[str, Scheme]) -> str:
    """Return what a user must not take for granted: what is missing, unpiloted, unnamed."""
    found = [f"{cell(gap)}" for gap in job.settings.release.gaps]
    found += [f"{count} {reason} are left out." for reason, count in sorted(tally.left_out.items())]
    total = tally.splits.total()
    refused = total - tally.texts.total()
    if refused:
        found.append(f"{refused} of {total} articles ({share(refused, total)}) have no text here.")
    if not any(how.startswith("gold") for _, how in tally.authors):
        found.append("Nothing is adjudicated: `gold` is empty.")
    unknown = set(tally.schemes) - set(schemes)
    if unknown:
        many = sum(tally.schemes[each] for each in unknown)
        found.append(f"{many} annotations were made under a scheme that is not at hand.")
    for scheme in schemes.values():
        if scheme.status:
            found.append(f"Scheme {scheme.name} {cell(scheme.version)}: {cell(scheme.status)}.")
    for what, counts in (("publisher", tally.publishers), ("language", tally.languages)):
        if counts[""]:
            found.append(f"{counts['']} articles name no {what}.")
    return "## Known gaps\n\n" + "\n".join(f"- {gap}" for gap in found or ["None are known."])
