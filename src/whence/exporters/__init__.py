"""The record in other people's words."""
