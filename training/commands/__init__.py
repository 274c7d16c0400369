"""The commands that need this room and corpus alone."""
