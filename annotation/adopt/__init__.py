"""Projects of Label Studio that others made, as our articles, annotations and scheme."""
