"""The native kernel gives the answers of plain Python, and refuses what it cannot read."""

import sys
import threading
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.explanation import strongest_in_python
from model.native import kernel
from model.policy_costs import regret_in_numpy, settle_in_numpy
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from model.terms import PythonPatterns, PythonTerms, make_patterns
from model.text import ALONE, normalise, normalise_in_python

pytestmark = pytest.mark.skipif(kernel is None, reason="no native kernel: no C compiler at install")

few = st.text("ab ,\ud800😡", max_size=30)
words = st.lists(st.text("ab😡", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)
anything = st.text(
    st.one_of(st.sampled_from("坏了 差！ａＢ１…“”\u3000\n\x1c後壞打㗎\ufe0f😡İß"), st.characters()),
    max_size=200,
)


@given(words, few)
def test_terms_are_those_of_plain_python(terms: list[str], text: str) -> None:
    assert kernel.Terms(terms).longest(text) == PythonTerms(terms).longest(text)


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.text("ab", min_size=1, max_size=3))), few)
def test_patterns_are_those_of_plain_python(pairs: list[tuple[str, str]], text: str) -> None:
    pairs = list(dict.fromkeys(pairs))
    found, order = make_patterns(pairs, 3, " ,")
    pieces = sorted({piece for pair in pairs for piece in pair})
    numbers = [(pieces.index(pairs[i][0]), pieces.index(pairs[i][1])) for i in order]
    assert sorted(found.find(text)) == sorted(PythonPatterns(pieces, numbers, 3, " ,").find(text))


@given(anything)
@example("坏" * 2_000)
@example(" \n坏\u3000\u3000 了 ")
@example("aAaA ａＡａＡ")
@example("打坏了")
@example("    ")
@example("")
@example("😡😡😡😡😡")
def test_the_normal_form_is_that_of_plain_python(text: str) -> None:
    assert normalise(text) == normalise_in_python(text)


def test_every_character_alone_has_the_normal_form_of_the_table() -> None:
    for point, normal in enumerate(array("H", ALONE)):
        if normal:
            # Between two others, since blanks at the ends go.
            assert normalise_in_python(f"坏{chr(point)}坏") == f"坏{chr(normal)}坏"


tables = st.binary(min_size=8, max_size=8).map(lambda seed: np.random.default_rng(list(seed)))


@given(tables, st.integers(0, 10**9), st.permutations(range(len(RESOLUTIONS))), st.integers(1, 7))
def test_prices_are_those_of_numpy(
    random: np.random.Generator, amount: int, order: list[int], n_allowed: int
) -> None:
    table = random.random(2 * len(RESOLUTIONS) * len(FAULT_LABELS)).tobytes()
    fault = random.dirichlet(np.ones(len(FAULT_LABELS))).tolist()
    on_top = random.random(len(RESOLUTIONS)).tolist()
    allowed = order[:n_allowed]
    assert kernel.settle(table, amount, fault) == pytest.approx(settle_in_numpy(table, amount, fault))
    expected = regret_in_numpy(table, amount, fault, on_top, allowed)
    assert kernel.regret(table, amount, fault, on_top, allowed) == pytest.approx(expected, abs=1e-6)


weights = st.dictionaries(
    st.text("ab", max_size=3), st.sampled_from([0.0, 0.5, -0.5, 0.5 - 1e-12]) | st.floats(allow_nan=False)
)


@given(st.tuples(weights, weights, weights), st.integers(1, 8))
def test_the_strongest_are_those_of_plain_python(parts: Any, n: int) -> None:
    assert list(kernel.strongest(parts, n, 1e-9)) == list(strongest_in_python(parts, n, 1e-9))


@pytest.mark.parametrize(
    "arguments",
    [
        ({}, 6, 1e-9),
        (({"a": 1},), 6, 1e-9),
        (([],), 6, 1e-9),
        (({},), 0, 1e-9),
        (({},), 65, 1e-9),
        (({},), 6),
    ],
)
def test_the_strongest_of_what_they_cannot_be_read_from_are_refused(arguments: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        kernel.strongest(*arguments)


TABLE = bytes(8 * 2 * 7 * 6)
FAULT = [0.0] * 6


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("normal_form", (b"too short", "坏")),
        ("normal_form", (ALONE, b"bytes")),
        ("normal_form", (ALONE,)),
        ("Terms", (["坏", ""],)),
        ("Terms", (["坏", 1],)),
        ("Terms", ("坏",)),
        ("Patterns", (["a", "b"], [(1, 0), (0, 1)], 3, " ")),
        ("Patterns", (["a"], [(1, 0)], 3, " ")),
        ("Patterns", (["a"], [(-1, 0)], 3, " ")),
        ("Patterns", (["a"], ["a"], 3, " ")),
        ("settle", (TABLE[1:], 1, FAULT)),
        ("settle", (TABLE, 1, FAULT[1:])),
        ("settle", (TABLE, "1", FAULT)),
        ("regret", (TABLE, 1, FAULT, [0.0] * 7, [7])),
        ("regret", (TABLE, 1, FAULT, [0.0] * 7, [-1])),
        ("regret", (TABLE, 1, FAULT, [0.0] * 6, [0])),
        ("regret", (TABLE, 1, FAULT, [0.0] * 7, [0] * 8)),
    ],
)
def test_what_it_cannot_read_is_refused(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)):
        getattr(kernel, name)(*arguments)


def small_model(words: list[str] = ["坏", "坏 了"], n_chars: int = 1, **changes: Any) -> Any:  # noqa: B006
    """A model of two words, one character, one concept and one field."""
    n = len(words) + n_chars
    parts = {
        "words": words,
        "n_chars": n_chars,
        "char_keys": np.array([(ord("坏") + 1) << 42] * n_chars),
        "gram": np.ones((n, 13)),
        "squared_idf": np.ones(n),
        "n_concepts": 1,
        "concept": np.ones((1, 13)),
        "n_fields": 1,
        "field": np.ones((1, 13)),
        "by_fault": np.ones((6, 7)),
        "intercept": np.zeros(13),
    }
    return kernel.Model(*(parts | changes).values(), 1.5, 1.0, 1.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"words": ["坏", "坏"]},
        {"words": ["坏", 1]},
        {"n_chars": 2},
        {"gram": np.ones((2, 13))},
        {"squared_idf": np.ones(4)},
        {"intercept": np.zeros(12)},
        {"concept": np.ones((1, 13))[:, ::-1]},
        {"n_fields": -1},
    ],
)
def test_a_model_whose_parts_do_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        small_model(**changes)


@pytest.mark.parametrize(
    "arguments",
    [
        ("坏了", ["坏", "啊"], [], {}),
        ("坏了", ["坏", ""], [], {}),
        ("坏了", ["坏", 1], [], {}),
        ("坏了", "坏", [], {}),
        (b"bytes", [], [], {}),
        ("坏了", ["坏"], [1], {}),
        ("坏了", ["坏"], [-1], {}),
        ("坏了", ["坏"], ["x"], {}),
        ("坏了", ["坏"], [], {1: 1.0}),
        ("坏了", ["坏"], [], {0: "x"}),
        ("坏了", ["坏"], []),
    ],
)
def test_a_request_that_does_not_fit_the_model_is_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)):
        small_model().score(*arguments)


def test_word_weights_take_only_what_was_found_in_this_text() -> None:
    model = small_model()
    *_, rows, _, weights = model.score("坏了", ["坏", "了"], [], {})
    assert set(model.word_weights("坏了", ["坏", "了"], rows, weights, 0)) == {"坏", "了"}
    beyond = array("q", [99] * (len(rows) // 8)).tobytes()
    for bad in ((rows[8:], weights, 0), (rows, weights[8:], 0), (beyond, weights, 0), (rows, weights, 13)):
        with pytest.raises(ValueError, match="rows and weights"):
            model.word_weights("坏了", ["坏", "了"], *bad)


def test_a_call_leaves_no_object_behind() -> None:
    model, name = small_model(), "".join(["坏", "了"])
    before = sys.getrefcount(name)
    for _ in range(100):
        *_, rows, _, weights = model.score(name, [name], [0], {0: 1.0})
        model.word_weights(name, [name], rows, weights, 0)
        kernel.Terms([name]).longest(name)
        kernel.strongest(({name: 1.0},), 6, 1e-9)
        kernel.normal_form(ALONE, name)
    assert sys.getrefcount(name) == before


def test_threads_share_one_model() -> None:
    model = small_model()
    expected = model.score("坏了", ["坏", "了"], [0], {0: 1.0})
    answers: list[bool] = []

    def ask() -> None:
        answers.extend(model.score("坏了", ["坏", "了"], [0], {0: 1.0}) == expected for _ in range(500))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 2_000
