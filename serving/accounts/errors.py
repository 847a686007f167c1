"""What is refused to whom."""


class NotSignedInError(Exception):
    """Sign in first, or send a valid API key: Authorization: Bearer <key>."""


class ForbiddenError(Exception):
    """This account or key may not do that."""
