"""Judging requests over HTTP and storing the answers."""
