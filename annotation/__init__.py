"""Asking people: Label Studio's interface, a local server, push and pull."""
