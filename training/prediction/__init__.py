"""Prediction: what runs the encoder, which of them is chosen, and streams of articles."""
