"""One draft of a reply: its steps as templates, rendered once for what they speak of."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

KEPT_RENDERINGS = 256
"""Of one draft: most requests differ only in what it does not speak of, and repeat what it does."""

AMOUNTS = frozenset({"amount", "partial", "compensation"})
PLACES = {name: f"\x00{name}\x00" for name in AMOUNTS}
"""Where an amount goes in a rendered step; YAML has no such character."""


class ReplyFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class Step:
    """One step of a reply: plain text, or a template where it speaks of the request."""

    def __init__(self, environment: ImmutableSandboxedEnvironment, source: str) -> None:
        self._source = source
        self.names: set[str] = set()
        self.written: set[str] = set()
        self._rendered: dict[Any, str] = {}
        self._template = None
        if "{" not in source:
            return
        self._template = environment.from_string(source)
        tree = environment.parse(source)
        # What no reply knows is left out here, so that rendering says that it is undefined.
        self.names = find_undeclared_variables(tree).intersection(ReplyFacts.__struct_fields__)
        self.written = {name for name in self.names & AMOUNTS if _is_only_written(name, tree)}

    def render(self, values: dict[str, Any]) -> str:
        """Return the text of the step; `values` are those of all its names."""
        if self._template is None:
            return self._source
        asked = {name: values[name] for name in self.names}
        key = tuple(asked.values())
        text = self._rendered.get(key)
        if text is None:
            text = "".join(self._template.root_render_func(self._template.new_context(asked))).strip()
            _keep(self._rendered, key, text)
        return text


def _keep(rendered: dict[Any, str], key: Any, text: str) -> None:
    """Keep a rendering, so many at most."""
    if len(rendered) >= KEPT_RENDERINGS:
        rendered.clear()
    rendered[key] = text


def _is_only_written(name: str, tree: nodes.Template) -> bool:
    """Tell whether a template does nothing with a name but write it and ask whether it is there."""
    written = [node for output in tree.find_all(nodes.Output) for node in output.nodes]
    asked = [condition.test for condition in tree.find_all(nodes.If)]
    uses = [node for node in tree.find_all(nodes.Name) if node.name == name]
    harmless = [node for node in (*written, *asked) if isinstance(node, nodes.Name) and node.name == name]
    return len(uses) == len(harmless)


class Draft:
    """The steps of one reply; rendered once for the same values of what they speak of.

    An amount that is only written or asked for (`{{ amount }}`, `{% if amount %}`) is put in afterwards:
    nearly every request has its own.
    """

    def __init__(self, steps: Sequence[Step], glue: str) -> None:
        self._steps = steps
        self._glue = glue
        names = {name for step in steps for name in step.names}
        used = {name for step in steps for name in step.names - step.written}
        self._amounts = sorted(names - used)
        self._names = sorted(used)
        self._values_of = attrgetter("fault", *self._names)  # in one step, not one of Python for each
        self._rendered: dict[Any, str] = {}

    def write(self, facts: ReplyFacts) -> str:
        """Return the text of the reply."""
        amounts = [getattr(facts, name) for name in self._amounts]
        key = (self._values_of(facts), *map(bool, amounts))
        text = self._rendered.get(key)
        if text is None:
            text = self._render(facts)
            _keep(self._rendered, key, text)
        for name, amount in zip(self._amounts, amounts, strict=True):
            text = text.replace(PLACES[name], amount)
        return text

    def _render(self, facts: ReplyFacts) -> str:
        values = {name: getattr(facts, name) for name in self._names}
        values |= {name: PLACES[name] if getattr(facts, name) else "" for name in self._amounts}
        return self._glue.join(filter(None, [step.render(values) for step in self._steps]))
