"""The corpus on the terminal: one article, or all of it in tables."""
