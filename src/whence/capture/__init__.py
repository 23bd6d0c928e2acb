"""Observing a live process: what an unedited program read, wrote and was made of."""
