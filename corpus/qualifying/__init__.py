"""Qualifying on gold before real work: who reached the mark, and feedback a learner can read."""
