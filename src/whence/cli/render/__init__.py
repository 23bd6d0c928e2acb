"""Answers as text for a terminal. Everything here returns a string and touches nothing else."""
