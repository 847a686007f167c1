"""The queue of doubtful cases and its page."""
