"""Whence: the complete record of how a model came to be."""

__version__ = "0.1.0"
