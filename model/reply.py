"""Reply drafts: five steps from templates that a shop may edit, in the buyer's language.

The templates run in Jinja2's sandbox with autoescaping on. A draft is plain text for a chat window, where
an entity such as `&amp;` would be a blemish; so nothing a buyer typed ever enters a template, and a policy
whose own names and addresses hold one of `< > & " '` is refused when it is loaded. What is left has nothing
to escape: the draft reads the same as text and as HTML.
"""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Literal

import msgspec
from jinja2 import StrictUndefined, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

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
NOTHING_ALLOWED = "none"
ESCAPED = frozenset("<>&\"'")
KEPT_RENDERINGS = 1_024
"""Of one step: most requests differ only in what a step does not speak of, and repeat what it does."""

_chinese = re.compile("[\u3400-\u9fff]")
_latin = re.compile("[A-Za-z]")


class ReplyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a template may speak of.

    Attributes
    ----------
    received : whether the goods are with the buyer; None where unknown.
    unshipped : whether the parcel has not left the shop.
    no_reason : whether 七天无理由 covers the goods now.
    evidence : proofs to ask the buyer for; evidence_count : photos and videos already there.
    amount, partial, compensation : yuan as text, empty where there is none.
    freight_payer : who pays for sending back.
    """

    fault: str
    received: bool | None
    unshipped: bool
    no_reason: bool
    evidence: tuple[str, ...]
    evidence_count: int
    amount: str
    partial: str
    compensation: str
    freight_payer: str


def reply_language(text: str) -> Language:
    """Return the language to answer in: English for a text with Latin letters and no Chinese character."""
    return "zh" if _chinese.search(text) or not _latin.search(text) else "en"


def yuan(fen: int | None) -> str:
    """Return an amount as a buyer reads it: 500 → `5`, 550 → `5.50`; nothing for nothing."""
    if not fen:
        return ""
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


class Template:
    """A step that speaks of the request; rendered once for the same values of what it speaks of."""

    def __init__(self, environment: ImmutableSandboxedEnvironment, source: str) -> None:
        self._template = environment.from_string(source)
        asked = find_undeclared_variables(environment.parse(source))
        # What no reply knows is left out here, so that rendering says that it is undefined.
        self._names = sorted(asked.intersection(ReplyFacts.__struct_fields__))
        # Values of all names in one step, not one of Python for each.
        self._values_of = attrgetter("fault", *self._names)
        self._rendered: dict[Any, str] = {}

    def render(self, facts: ReplyFacts) -> str:
        """Return the text of the step."""
        key = self._values_of(facts)
        text = self._rendered.get(key)
        if text is None:
            text = self._render(facts)
            if len(self._rendered) >= KEPT_RENDERINGS:
                self._rendered.clear()
            self._rendered[key] = text
        return text

    def _render(self, facts: ReplyFacts) -> str:
        context = self._template.new_context({name: getattr(facts, name) for name in self._names})
        return "".join(self._template.root_render_func(context)).strip()


Part = str | Template
"""A step: plain text, or a template where it speaks of the request."""


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
        self._compiled: dict[str, Part] = {}
        self._parts: dict[tuple[str, str, str], list[Part]] = {}
        for language in LANGUAGES:
            templates: ReplyTemplates = getattr(form.replies, language)
            for fault in FAULTS:
                longest = _longest_evidence(form, fault, language)
                for resolution in (*RESOLUTIONS, NOTHING_ALLOWED):
                    steps = _steps(templates, fault, resolution)
                    self._parts[language, fault, resolution] = [
                        self._compile(text, ("replies", language, *path)) for path, text in steps
                    ]
                    blamed = ("replies", language, *steps[len(steps) // 2][0])  # the offer, or the refusal
                    self._check(language, fault, resolution, longest, blamed)

    def write(self, facts: ReplyFacts, resolution: str | None, language: str) -> str:
        """Return the draft for a recommended resolution (None: the rules leave nothing)."""
        steps = [
            part if isinstance(part, str) else part.render(facts)
            for part in self._parts[language, facts.fault, resolution or NOTHING_ALLOWED]
        ]
        return (" " if language == "en" else "").join(filter(None, steps))

    def _compile(self, text: str, path: Path) -> Part:
        text = text.strip()
        if text not in self._compiled:
            try:
                self._compiled[text] = Template(self._environment, text) if "{" in text else text
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
