"""Many annotators' opinions of one text made one, each vote kept; what is not clear is disputed."""
