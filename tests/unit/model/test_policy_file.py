"""A policy file that breaks its form is refused with file, line and rule."""

import re
from pathlib import Path

import pytest

from model.errors import PolicyError
from model.lexicon import read_lexicon
from model.policy import SHIPPED_POLICY, read_policy
from model.policy_facts import FACTS

SHIPPED = SHIPPED_POLICY.read_text("utf-8")
RULE = "  - id: lost_no_decline\n    when: {logistics_status: lost}\n    exclude: [decline]\n"


def line_of(text: str, content: str) -> int:
    return content[: content.index(text)].count("\n") + 1


def refusal(tmp_path: Path, old: str, new: str) -> tuple[str, str]:
    """Return the message, and the content it complains of."""
    assert old in SHIPPED
    content = SHIPPED.replace(old, new, 1)
    file = tmp_path / "shop.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(PolicyError) as caught:
        read_policy(file)
    return str(caught.value), content


@pytest.mark.parametrize(
    ("new", "at", "problem"),
    [
        (RULE.replace("[decline]", "[declin]"), "exclude: [declin]", "Invalid enum value 'declin'"),
        (RULE.replace("lost}", "gone}"), "{logistics_status: gone", "'logistics_status' is never 'gone'"),
        (RULE.replace("logistics_status:", "logistic:"), "{logistic: lost", "no fact called 'logistic'"),
        (RULE.replace("logistics_status: lost", "amount_fen: {above: 3}"), "{amount_fen: {above", "above"),
        (RULE.replace("logistics_status: lost", "amount_fen: many"), "{amount_fen: many", "number"),
        (RULE.replace("logistics_status: lost", "received: 1"), "{received: 1", "flag"),
        (RULE.replace("logistics_status: lost", "goods: frut"), "{goods: frut", "'goods' is never 'frut'"),
        (RULE.replace("logistics_status: lost", "recommended: decline"), "{recommended: d", "recommended"),
        (RULE.replace("logistics_status: lost", "all: {}"), "{all: {}", "list of conditions"),
        (RULE + "    exclud: [repair]\n", "  - id: lost_no_decline", "unknown field 'exclud'"),
        (RULE + "    exclude: [repair]\n", "exclude: [decline]\n    exclude", "written twice"),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_file_line_and_rule(
    tmp_path: Path, new: str, at: str, problem: str
) -> None:
    message, content = refusal(tmp_path, RULE, new)
    assert message.startswith(f"{tmp_path / 'shop.yaml'}:{line_of(at, content)}: rule lost_no_decline: ")
    assert problem in message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("id: lost_no_decline", "id: unshipped_refund_only", "there already"),
        ("goods_percent: 60", "goods_percent: 160", "costs.goods_percent"),
        ("freight_payer: courier", "freight_payer: nobody", "faults.courier_damage.freight_payer"),
        ("- {id: all_others, hours: 48}", "- {id: others, hours: 48, when: {platform: jd}}", "deadlines"),
        ('address: ""', 'address: "A&B <路>"', "may not hold &"),
        ("感谢您的理解与支持", "感谢{{ buyer_name }}", "buyer_name"),
        ("感谢您的理解与支持", "感谢{% if %}", "template"),
        ("感谢您的理解与支持", "谢{{ ''.__class__.__mro__ }}", "unsafe"),
        ("感谢您的理解与支持", "谢{{ range(1000000000) | list }}", "range"),
        ("感谢您的理解与支持", "谢" * 500, "characters"),
        ("zh: 买家未收到货，无货可退、可换、可修, en:", "zh: 买家未收到货，无货可退, english:", "english"),
        ("shop:\n", "shop: [\n", ""),
    ],
)
def test_a_mistake_elsewhere_is_named_with_its_line(tmp_path: Path, old: str, new: str, place: str) -> None:
    message, _ = refusal(tmp_path, old, new)
    assert message.startswith(f"{tmp_path / 'shop.yaml'}:")
    assert message.split(":")[1].isdigit()
    assert place in message


def test_a_file_that_is_missing_empty_or_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    for content in (None, b"", b"\xff\xfe\x00", b"- just\n- a list\n", b"!!python/object:os.system {}"):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PolicyError, match=r"shop\.yaml"):
            read_policy(file)


def test_the_version_is_the_content(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(SHIPPED, "utf-8")
    assert read_policy(file).version == read_policy().version
    file.write_text(SHIPPED.replace("freight_fen: 800", "freight_fen: 900"), "utf-8")
    assert read_policy(file).version != read_policy().version


def test_numbers_without_quotes_are_taken_as_text(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    content = SHIPPED.replace("out_of_stock: []", "out_of_stock: [8812]")
    file.write_text(content.replace('contact: "" ', "contact: 4001234567"), "utf-8")
    assert read_policy(file).form.out_of_stock == [8812]


def test_every_concept_of_the_shipped_policy_is_one_of_the_shipped_lexicon() -> None:
    concepts = {c for group in read_policy().form.mentions.values() for c in group.concepts}
    assert concepts <= read_lexicon().concepts.keys()


def test_every_fact_a_condition_may_ask_for_is_documented() -> None:
    document = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
    table = document.split("| fact | meaning |")[1].split("\n\n")[0]
    names = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = set(re.findall(r"`(\w+)`", " ".join(names)))
    assert documented == set(FACTS)
