"""How good a system is: figures from counts, with intervals; nothing here knows a model."""
