"""Doors for people and machines: pages, the HTTP API, and who may pass."""
