"""What the lexicon finds in a text, and what it leaves alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import LexiconError
from model.lexicon import Concept, Entry, Lexicon, read_lexicon
from model.text import normalise

CONCEPTS = {
    "torn": Concept(zh="开线", en="torn", fault="quality"),
    "liked": Concept(zh="喜欢", en="liked"),
    "disliked": Concept(zh="不喜欢", en="disliked", fault="buyer_error"),
    "broken_box": Concept(zh="箱子破损", en="broken box", fault="courier_damage"),
}
SMALL = Lexicon(
    CONCEPTS,
    [
        Entry("torn", "开线", "袖口开线"),
        Entry("torn", "开线了", "袖口开线了"),
        Entry("liked", "喜欢", "很喜欢"),
        Entry("disliked", "不喜欢", "我不喜欢"),
        Entry("broken_box", "箱子…破", "箱子被压破"),
    ],
)

PRAISE = [
    "质量非常好,孩子穿上很精神,下次还来买",
    "包装很严实,收到时完完整整,给店家点赞",
    "物流超快,昨天下单今天就到了,好评",
    "衣服版型正,面料柔软透气,很喜欢",
    "水果新鲜又甜,家里老人都夸好吃",
    "手机运行流畅,拍照清晰,续航也给力",
    "尺码标准,按平时的尺寸买正合适",
    "客服态度热情,有问必答,购物愉快",
    "颜色和图片一样,做工精细,物超所值",
    "第三次回购了,一如既往的好,值得信赖",
    "锅很好用,受热均匀,煎蛋特别漂亮",
    "鞋子轻便舒服,走了一天脚也不累",
    "送货师傅很有礼貌,还帮忙搬上楼",
    "音质清亮,低音浑厚,这个价位难得",
    "书的纸张厚实,印刷清楚,孩子爱看",
    "洗发水香味淡雅,洗完头发很顺滑",
    "椅子安装简单,坐着稳当,推荐购买",
    "给妈妈买的生日礼物,她高兴了一整天",
    "保温效果好,早上倒的水晚上还是热的",
    "牛奶日期新鲜,口感醇厚,会继续支持",
]


def found(lexicon: Lexicon, text: str) -> list[str]:
    return [mention.name for mention in lexicon.mentions(normalise(text))]


def test_a_longer_term_hides_the_shorter_one_inside_it() -> None:
    assert found(SMALL, "我不喜欢") == ["disliked"]
    mention = SMALL.mentions("袖口开线了")[0]
    assert (mention.start, mention.end) == (2, 5)


@pytest.mark.parametrize(
    "text", ["没有开线", "没开线", "没有出现开线", "不会开线", "目前未开线", "无任何开线"]
)
def test_a_negation_right_before_a_term_makes_its_twin(text: str) -> None:
    assert found(SMALL, text) == ["not:torn"]


@pytest.mark.parametrize("text", ["没几天就开线", "不是我弄的,开线", "没穿 开线"])
def test_a_negation_of_something_else_leaves_the_term_alone(text: str) -> None:
    assert found(SMALL, text) == ["torn"]


def test_traditional_script_and_wide_letters_are_found_too() -> None:
    assert found(SMALL, "袖口開線") == ["torn"]


@pytest.mark.parametrize("text", ["箱子破了", "箱子被压破", "箱子都给我压得快要破"])
def test_a_gap_pattern_spans_up_to_eight_characters(text: str) -> None:
    assert found(SMALL, text) == ["broken_box"]


@pytest.mark.parametrize("text", ["箱子没事,里面破", "箱子 破", "破箱子", "箱子从外面看起来好好的里面却破"])
def test_a_gap_pattern_stays_in_its_clause_its_order_and_its_reach(text: str) -> None:
    assert found(SMALL, text) == []


def test_every_concept_has_its_negated_twin_beside_it() -> None:
    names = SMALL.feature_names
    assert names[::2] == tuple(sorted(CONCEPTS))
    assert all(twin == f"not:{name}" for name, twin in zip(names[::2], names[1::2], strict=True))


@given(st.text(max_size=200) | st.text("箱子破开线了不喜欢没有,… ", max_size=60))
def test_mentions_lie_inside_any_text_in_order(text: str) -> None:
    normal = normalise(text)
    mentions = SMALL.mentions(normal)
    assert all(0 <= m.start < m.end <= len(normal) for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert {m.name for m in mentions} <= set(SMALL.feature_names)


def test_each_shipped_term_finds_its_concept_in_its_example() -> None:
    lexicon = read_lexicon()
    missed = [
        f"{entry.term}: {entry.example}"
        for entry in lexicon.entries
        if entry.concept not in {m.concept for m in lexicon.mentions(normalise(entry.example))}
    ]
    assert missed == []


def test_each_shipped_concept_is_named_in_both_languages_and_has_a_term() -> None:
    lexicon = read_lexicon()
    assert set(lexicon.concepts) == {entry.concept for entry in lexicon.entries}
    assert [name for name, concept in lexicon.concepts.items() if not (concept.zh and concept.en)] == []


@pytest.mark.parametrize("text", PRAISE)
def test_praise_names_no_fault(text: str) -> None:
    lexicon = read_lexicon()
    faults = [
        mention.name
        for mention in lexicon.mentions(normalise(text))
        if not mention.negated and lexicon.concepts[mention.concept].fault is not None
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("torn\t开线", r"terms\.tsv:1"),
        ("torn\t开线\t", r"terms\.tsv:1"),
        ("torn\t开线\t袖口开线\nnobody\t破\t破了", r"terms\.tsv:2: concept nobody"),
        ("torn\t开线\t袖口开线\ntorn\t開線\t袖口開線", r"terms\.tsv:2: term 開線"),
    ],
)
def test_a_broken_lexicon_names_the_line(tmp_path: Path, terms: str, message: str) -> None:
    (tmp_path / "concepts.yaml").write_text("torn: {zh: 开线, en: torn, fault: quality}\n", "utf-8")
    (tmp_path / "terms.tsv").write_text(terms + "\n", "utf-8")
    with pytest.raises(LexiconError, match=message):
        read_lexicon(tmp_path)
