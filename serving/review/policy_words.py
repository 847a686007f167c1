"""The policy's words in the reader's language: an answer is stored with those of one language only."""

from collections.abc import Callable, Iterator

from model.policy_form import Gloss, PolicyForm, Proof


def policy_words(form: PolicyForm | None, language: str) -> Callable[[str], str]:
    """Return what says a gloss or a proof of a stored answer in `language`.

    Words that the policy in force no longer has, because the shop has changed it, stay as they are stored.
    """
    pairs = {} if form is None else {w: pair for pair in _pairs(form) for w in (pair.zh, pair.en)}

    def in_language(words: str) -> str:
        pair = pairs.get(words)
        return words if pair is None else pair.in_language(language)

    return in_language


def _pairs(form: PolicyForm) -> Iterator[Gloss | Proof]:
    for rule in form.rules:
        yield rule.gloss
        yield from rule.evidence
    for signal in form.abuse_signals:
        yield signal.gloss
    faults = form.faults
    for terms in (
        faults.quality,
        faults.wrong_item,
        faults.courier_damage,
        faults.buyer_error,
        faults.likely_abuse,
    ):
        yield from terms.evidence
