"""One exception per broken rule; the docstring is the message to the person who must act."""


class RefundTriageError(Exception):
    """Base of every error this product raises on purpose."""


class BundleError(RefundTriageError):
    """The model bundle is damaged, incomplete or made for other versions; train or fetch it again."""


class PolicyError(RefundTriageError):
    """The policy file breaks a rule of its form; the message names file, line and rule."""


class LexiconError(RefundTriageError):
    """The lexicon breaks a rule of its form; the message names the line."""


class RequestError(RefundTriageError):
    """The request breaks the contract; `field` names where, and the message never repeats its content."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
