"""What annotators disagree on, put before a person who settles it."""
