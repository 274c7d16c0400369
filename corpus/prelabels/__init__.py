"""Pre-labels, honestly: where they come from, who is shown them, and what they do."""
