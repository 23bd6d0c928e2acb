"""The record of many people behind HTTP: the API, who may ask what, and the way in for events."""
