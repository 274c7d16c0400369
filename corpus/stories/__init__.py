"""The same story once: near-duplicates, splits that keep them together, and pages that change."""
