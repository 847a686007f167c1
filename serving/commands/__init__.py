"""The commands of `refund-triage`, one a file."""
