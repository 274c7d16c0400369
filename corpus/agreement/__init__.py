"""How far people agree: measures, the sorting of disagreements, the report."""
