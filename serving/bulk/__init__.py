"""Whole files judged at once: `refund-triage score`."""
