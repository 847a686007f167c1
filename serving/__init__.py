"""The HTTP service: scoring, the review queue and its page."""
