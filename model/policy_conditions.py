"""Conditions of the policy, compiled once from data into closures; a small closed set of operators.

A condition is a mapping, and holds where every line of it holds:

    fact: value            equal to it (for goods and mentions: the name is among them)
    fact: [a, b]           one of these
    fact: {gte: 3, lt: 9}  a number within bounds (gt, gte, lt, lte)
    fact: {missing: true}  nobody told it (false: somebody did)
    all: [...]  any: [...]  not: {...}

A comparison with a missing fact never holds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.policy_facts import FACTS, Condition, Fact

BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
Path = tuple[str | int, ...]
Names = Mapping[str, frozenset[str]]


class FormError(Exception):
    """The policy says something it cannot mean; `path` leads to the place."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


def compile_condition(condition: Any, names: Names, path: Path, *, after_choice: bool = False) -> Condition:
    """Return the condition as a function of the facts.

    Parameters
    ----------
    condition : as written; an empty mapping always holds.
    names : the groups that `goods` and `mentions` know.
    path : where it stands in the file, for errors.
    after_choice : whether `recommended` is known where it is used.

    Raises
    ------
    FormError
        For an unknown fact or operator, or a value the fact can never have.
    """
    writer = _Writer(names, after_choice)
    source = writer.condition(condition, path)
    # One function for a whole condition takes a third of the time of functions that call each other. Nothing
    # from the file is in the source: facts are ours, values stand outside as constants.
    try:
        compiled: Condition = eval(f"lambda facts: {source}", {"__builtins__": {}, **writer.constants})  # noqa: S307
    except (SyntaxError, RecursionError, MemoryError):  # Python takes 200 brackets in each other
        raise FormError(path, "is nested too deeply") from None
    return compiled


def asks_for(condition: Any, fact: str) -> bool:
    """Tell whether a condition, however deep, asks for a fact."""
    if isinstance(condition, dict):
        return fact in condition or any(asks_for(part, fact) for part in condition.values())
    return isinstance(condition, list) and any(asks_for(part, fact) for part in condition)


class _Writer:
    """Writes conditions as Python expressions over `facts` and `constants`."""

    def __init__(self, names: Names, after_choice: bool) -> None:
        self._names = names
        self._after_choice = after_choice
        self.constants: dict[str, Any] = {}

    def condition(self, condition: Any, path: Path) -> str:
        if not isinstance(condition, dict):
            raise FormError(path, "a condition is a mapping such as {received: false}")
        return _joined(" and ", [self._line(key, value, (*path, key)) for key, value in condition.items()])

    def _line(self, key: str, value: Any, path: Path) -> str:
        if key in ("all", "any"):
            if not isinstance(value, list):
                raise FormError(path, f"`{key}` takes a list of conditions")
            parts = [self.condition(part, (*path, i)) for i, part in enumerate(value)]
            return _joined(" and ", parts) if key == "all" else _joined(" or ", parts)
        if key == "not":
            return f"not {self.condition(value, path)}"
        fact = FACTS.get(key)
        if fact is None:
            raise FormError(path, f"there is no fact called '{key}'")
        if key == "recommended" and not self._after_choice:
            raise FormError(path, "`recommended` is not known yet where resolutions are excluded or priced")
        if isinstance(value, dict):
            return self._operators(key, fact, value, path)
        wanted = self._constant(
            frozenset(
                _known(v, key, fact, self._names, path)
                for v in (value if isinstance(value, list) else [value])
            )
        )
        test = "not {wanted}.isdisjoint({fact})" if fact.kind == "names" else "{fact} in {wanted}"
        return test.format(wanted=wanted, fact=_fact(key))

    def _operators(self, key: str, fact: Fact, value: dict[str, Any], path: Path) -> str:
        if set(value) == {"missing"} and isinstance(value["missing"], bool) and fact.kind != "names":
            return f"{_fact(key)} is None" if value["missing"] else f"{_fact(key)} is not None"
        if not value or not set(value) <= set(BOUNDS) or fact.kind != "number":
            raise FormError(path, f"'{key}' cannot be compared by {', '.join(map(str, value)) or 'nothing'}")
        tests = [f"{_fact(key)} is not None"]
        for name, bound in value.items():
            constant = self._constant(_known(bound, key, fact, {}, (*path, name)))
            tests.append(f"{_fact(key)} {BOUNDS[name]} {constant}")
        return _joined(" and ", tests)

    def _constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name


def _fact(key: str) -> str:
    return f"facts[{key!r}]"


def _joined(operator: str, tests: Sequence[str]) -> str:
    """Join tests; none at all hold together, and none of them alone."""
    if not tests:
        return repr(operator == " and ")
    return f"({operator.join(tests)})"


def _known(value: Any, key: str, fact: Fact, names: Names, path: Path) -> Any:
    """Return a value the fact can have."""
    right_type = {
        "code": isinstance(value, str),
        "names": isinstance(value, str),
        "flag": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
    }[fact.kind]
    if not right_type:
        raise FormError(path, f"'{key}' is a {fact.kind}; it is never {value!r}")
    known = names[key] if fact.kind == "names" else fact.values
    if known is not None and value not in known:
        raise FormError(path, f"'{key}' is never '{value}'; known are {', '.join(sorted(known))}")
    return value
