"""The commands that need this room alone; pressmark.py adds them to its own."""
