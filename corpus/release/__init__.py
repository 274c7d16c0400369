"""Letting the corpus out: releases, their rehydration, and other tools' formats."""
