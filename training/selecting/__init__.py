"""What to annotate next, what more of it would bring, and which labels look wrong."""
