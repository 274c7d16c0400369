"""A model behind HTTP: articles in, annotations out, and Label Studio's ML backend protocol."""
