"""The pages of a release from their addresses: a job of copies that is kept and can be resumed."""

from __future__ import annotations

from pathlib import Path

import yaml

from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import FILE, open_job
from corpus.progress import Progress, silent
from corpus.reading.fetched import fetch
from corpus.reading.ingest import ingest
from corpus.release.folder import open_release
from corpus.takedown import barred, read_takedown, write_takedown

_LIST = "urls.txt"


def fetch_copies(
    release: Path,
    folder: Path,
    contact: str,
    listed: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Make `folder` a job of the release's pages, fetched as their sites allow, and return it.

    Run again it asks only for what it has not got. Its job file may be edited in between (how
    slowly, how often); it is written but once. What is on a take-down list is not asked for.

    Raises:
        PressmarkError: the release is damaged or names no address, or no page could be had.
    """
    opened = open_release(release)
    barring = read_takedown(release / "takedown.txt")
    if listed:
        barring |= read_takedown(listed)
    urls = {
        row["url"]
        for _, row in opened.rows("standoff")
        if row["url"] and not row["url"].split()[1:] and not barred(row["id"], row["url"], barring)
    }
    if not urls:
        raise PressmarkError(f"{release}: names no addresses to fetch; use --from with your copies")
    write_text(folder / _LIST, "".join(f"{url}\n" for url in sorted(urls)))
    if barring:
        write_takedown(folder / "takedown.txt", barring)
    if not (folder / FILE).exists():
        source = {"path": _LIST, "format": "urls", "fetch": {"contact": contact}}
        write_text(folder / FILE, yaml.safe_dump({"sources": [source]}, allow_unicode=True))
    job = open_job(folder)
    with job.locked("rehydrate"):
        done = fetch(job, progress)
        if not done.new + done.same:
            why = "; ".join(f"{count}: {reason}" for reason, count in done.reasons.items())
            raise PressmarkError(
                f"none of the {len(urls)} addresses could be fetched ({why}); try again later, or"
                " use --from with your copies"
            )
        ingest(job, progress)
    return folder
