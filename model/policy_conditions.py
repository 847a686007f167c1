"""Conditions of the policy, compiled once from data into closures; a small closed set of operators.

A condition is a mapping, and holds where every line of it holds:

    fact: value            equal to it (for goods and mentions: the name is among them)
    fact: [a, b]           one of these
    fact: {gte: 3, lt: 9}  a number within bounds (gt, gte, lt, lte)
    fact: {missing: true}  nobody told it (false: somebody did)
    all: [...]  any: [...]  not: {...}

A comparison with a missing fact never holds.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model.policy_facts import FACTS, Condition, Fact, Facts

BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
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
    if not isinstance(condition, dict):
        raise FormError(path, "a condition is a mapping such as {received: false}")
    tests = [_compile_line(key, value, names, (*path, key), after_choice) for key, value in condition.items()]
    return tests[0] if len(tests) == 1 else _all_of(tests)


def asks_for(condition: Any, fact: str) -> bool:
    """Tell whether a condition, however deep, asks for a fact."""
    if isinstance(condition, dict):
        return fact in condition or any(asks_for(part, fact) for part in condition.values())
    return isinstance(condition, list) and any(asks_for(part, fact) for part in condition)


def _compile_line(key: str, value: Any, names: Names, path: Path, after_choice: bool) -> Condition:
    if key in ("all", "any"):
        if not isinstance(value, list):
            raise FormError(path, f"`{key}` takes a list of conditions")
        parts = [
            compile_condition(part, names, (*path, i), after_choice=after_choice)
            for i, part in enumerate(value)
        ]
        return _all_of(parts) if key == "all" else _any_of(parts)
    if key == "not":
        part = compile_condition(value, names, path, after_choice=after_choice)
        return lambda facts: not part(facts)
    fact = FACTS.get(key)
    if fact is None:
        raise FormError(path, f"there is no fact called '{key}'")
    if key == "recommended" and not after_choice:
        raise FormError(path, "`recommended` is not known yet where resolutions are excluded or priced")
    if isinstance(value, dict):
        return _compile_operators(key, fact, value, path)
    wanted = frozenset(
        _known(v, key, fact, names, path) for v in (value if isinstance(value, list) else [value])
    )
    if fact.kind == "names":
        return lambda facts: not wanted.isdisjoint(facts[key])
    return lambda facts: facts[key] in wanted


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


def _compile_operators(key: str, fact: Fact, value: dict[str, Any], path: Path) -> Condition:
    if set(value) == {"missing"} and isinstance(value["missing"], bool) and fact.kind != "names":
        missing = value["missing"]
        return lambda facts: (facts[key] is None) is missing
    if not value or not set(value) <= set(BOUNDS) or fact.kind != "number":
        raise FormError(path, f"'{key}' cannot be compared by {', '.join(map(str, value)) or 'nothing'}")
    for name, bound in value.items():
        _known(bound, key, fact, {}, (*path, name))
    bounds = [(BOUNDS[name], bound) for name, bound in value.items()]

    def within(facts: Facts) -> bool:
        number = facts[key]
        return number is not None and all(compare(number, bound) for compare, bound in bounds)

    return within


def _all_of(tests: Sequence[Condition]) -> Condition:
    if len(tests) == 2:  # the usual length, at half the time of all() over a generator
        first, second = tests
        return lambda facts: first(facts) and second(facts)
    return lambda facts: all(test(facts) for test in tests)


def _any_of(tests: Sequence[Condition]) -> Condition:
    return lambda facts: any(test(facts) for test in tests)
