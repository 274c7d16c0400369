"""How far the typists agree on the kinds of block, and how many lines there are of each.

python benchmarks/gold/agreement.py
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from corpus.records import BLOCK_KINDS


def main() -> None:
    """Print the table."""
    rows = [json.loads(row) for row in Path(__file__).with_name("blocks.jsonl").open()]
    units = [unit for row in rows for unit in row["units"]]
    one, other, gold = (Counter(unit[at] for unit in units) for at in (2, 3, 4))
    both = Counter(unit[2] for unit in units if unit[2] == unit[3])
    seen = sum(both.values()) / len(units)
    chance = sum(one[kind] * other[kind] for kind in one) / len(units) ** 2
    print(f"{len(rows)} pages, {len(units)} lines, the same kind on {seen:.1%}")
    print(f"Cohen's kappa {(seen - chance) / (1 - chance):.3f}\n")
    print(f"{'kind':14}{'A':>6}{'B':>6}{'gold':>6}{'F1':>7}")
    for kind in (*BLOCK_KINDS, "unseen"):
        f1 = 2 * both[kind] / (one[kind] + other[kind])
        print(f"{kind:14}{one[kind]:6}{other[kind]:6}{gold[kind]:6}{f1:7.2f}")


if __name__ == "__main__":
    main()
