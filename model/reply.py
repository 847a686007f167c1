"""Reply drafts: five steps from templates that a shop may edit, in the buyer's language.

The templates run in Jinja2's sandbox with autoescaping on. A draft is plain text for a chat window, where
an entity such as `&amp;` would be a blemish; so nothing a buyer typed ever enters a template, and a policy
whose own names and addresses hold one of `< > & " '` is refused when it is loaded. What is left has nothing
to escape: the draft reads the same as text and as HTML.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from model.draft import Draft, ReplyFacts, Step
from model.policy_conditions import FormError, Path
from model.policy_form import FaultTerms, PolicyForm, ReplyTemplates, Shop
from model.taxonomy import FAULTS, RESOLUTIONS, Resolution

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
MAX_CHARS = 500
MAX_PROOFS = 4
"""A buyer is asked for no more at once; which also bounds the length of a draft."""
REFUSAL_CHARS = (2, 200)
"""What Taobao takes as the message of a refusal."""
GLUE = {"zh": "", "en": " "}
"""What stands between two steps."""
NOTHING_ALLOWED = "none"
ESCAPED = frozenset("<>&\"'")

_chinese = re.compile("[\u3400-\u9fff]")
_latin = re.compile("[A-Za-z]")


def reply_language(text: str) -> Language:
    """Return the language to answer in: English for a text with Latin letters and no Chinese character."""
    return "zh" if _chinese.search(text) or not _latin.search(text) else "en"


def yuan(fen: int | None) -> str:
    """Return an amount as a buyer reads it: 500 → `5`, 550 → `5.50`; nothing for nothing."""
    if not fen:
        return ""
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


class ReplyWriter:
    """The compiled templates of a policy.

    Raises
    ------
    FormError
        For a template that does not parse, asks for something unknown, or grows too long.
    """

    def __init__(self, form: PolicyForm) -> None:
        self._environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        # Only the shop: Jinja2's own globals (range and the like) could keep the service busy for ever.
        self._environment.globals = {"shop": _checked(form.shop)}
        self._compiled: dict[str, Step] = {}
        self._drafts: dict[tuple[str, str, str], Draft] = {}
        for language in LANGUAGES:
            templates: ReplyTemplates = getattr(form.replies, language)
            for fault in FAULTS:
                longest = _longest_evidence(form, fault, language)
                for resolution in (*RESOLUTIONS, NOTHING_ALLOWED):
                    steps = _steps(templates, fault, resolution)
                    compiled = [self._compile(text, ("replies", language, *path)) for path, text in steps]
                    self._drafts[language, fault, resolution] = Draft(compiled, GLUE[language])
                    blamed = ("replies", language, *steps[len(steps) // 2][0])  # the offer, or the refusal
                    self._check(language, fault, resolution, longest, blamed)

    def write(self, facts: ReplyFacts, resolution: str | None, language: str) -> str:
        """Return the draft for a recommended resolution (None: the rules leave nothing)."""
        return self._drafts[language, facts.fault, resolution or NOTHING_ALLOWED].write(facts)

    def _compile(self, text: str, path: Path) -> Step:
        text = text.strip()
        if text not in self._compiled:
            try:
                self._compiled[text] = Step(self._environment, text)
            except TemplateError as error:
                raise FormError(path, f"template: {error}") from error
        return self._compiled[text]

    def _check(self, language: str, fault: str, resolution: str, evidence: Sequence[str], path: Path) -> None:
        """Render the extremes; the longest draft must still fit."""
        low, high = REFUSAL_CHARS if resolution == Resolution.DECLINE else (2, MAX_CHARS)
        for extreme in EXTREMES:
            proofs = tuple(evidence) if extreme["evidence_count"] >= 0 else ()
            try:
                draft = self.write(ReplyFacts(**extreme, fault=fault, evidence=proofs), resolution, language)
            except TemplateError as error:
                raise FormError(path, f"template: {error}") from error
            if not low <= len(draft) <= high:
                problem = f"the reply to {fault} has {len(draft)} characters; {low} to {high} are allowed"
                raise FormError(path, problem)


def _steps(templates: ReplyTemplates, fault: str, resolution: str) -> list[tuple[Path, str]]:
    """Return path and text of each step; a refusal is one message."""
    if resolution == Resolution.DECLINE:
        return [(("decline", fault), getattr(templates.decline, fault))]
    return [
        (("calm", fault), getattr(templates.calm, fault)),
        (("proof",), templates.proof),
        (("offer", resolution), getattr(templates.offer, resolution)),
        (("procedure", resolution), getattr(templates.procedure, resolution)),
        (("thanks",), templates.thanks),
    ]


def _longest_evidence(form: PolicyForm, fault: str, language: str) -> list[str]:
    """Return the longest proofs that a buyer may be asked for at once."""
    terms: FaultTerms = getattr(form.faults, fault)
    proofs = [*terms.evidence, *(proof for rule in form.rules for proof in rule.evidence)]
    texts = [proof.in_language(language) for proof in proofs if proof.source == "buyer"]
    return sorted(texts, key=len)[-MAX_PROOFS:]


def _checked(shop: Shop) -> Shop:
    for name in ("name", "address", "contact"):
        refuse_escaped(str(getattr(shop, name)), ("shop", name))
    return shop


def refuse_escaped(text: str, path: tuple[str | int, ...]) -> None:
    """Refuse a value that autoescaping would change."""
    if found := ESCAPED & set(text):
        raise FormError(path, f"may not hold {' '.join(sorted(found))}: a reply is plain text")


_MONEY = dict.fromkeys(("amount", "partial", "compensation"), "1234567.89")
_NO_MONEY = dict.fromkeys(_MONEY, "")
EXTREMES: list[dict[str, Any]] = [
    {
        "received": received,
        "unshipped": unshipped,
        "no_reason": no_reason,
        "evidence_count": n_files,  # -1: nothing to ask for
        "freight_payer": payer,
        **money,
    }
    for received, unshipped in ((True, False), (None, False), (False, True))
    for no_reason, payer, money in ((True, "buyer", _MONEY), (False, "seller", _NO_MONEY))
    for n_files in (-1, 0, 1, 9)
]
