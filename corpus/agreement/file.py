"""agreement.json and report/agreement.html: what `agree` leaves behind."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from corpus.agreement.agree import Agreed, Agreement
from corpus.agreement.html import report
from corpus.files import write_json, write_text
from corpus.job import Job


def rows(found: Agreement) -> dict[str, Any]:
    """Return what was found as agreement.json has it (see docs/agreement.md)."""
    return dataclasses.asdict(found)


def write(job: Job, agreed: Agreed) -> Path:
    """Replace agreement.json and the report; return the report's path."""
    page = job.folder / "report" / "agreement.html"
    write_text(page, report(agreed))
    write_json(job.agreement, rows(agreed.found))
    return page


def told(found: Agreement) -> str:
    """Return it as JSON in pure ASCII: what an annotator wrote could steer the terminal."""
    return json.dumps(rows(found), allow_nan=False)
