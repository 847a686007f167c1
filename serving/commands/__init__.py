"""Commands of refund-triage that are no part of the running service."""
