"""Whole files: every format, errors beside answers, and a stopped run that goes on."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.bundle import Bundle
from model.policy import SHIPPED_POLICY
from model.taxonomy import FAULTS
from serving.bulk import run
from serving.bulk.rows import CHUNK_ROWS, FileFormatError, left_alone
from serving.bulk.run import Judge, progress_file, score_file

ROWS: list[dict[str, Any]] = [
    {
        "refund_id": f"R{number}",
        "text": f"杯子收到就碎了 第{number}个",
        "refund_amount_fen": number,
        "goods_received": True,
    }
    for number in range(2 * CHUNK_ROWS + 7)
]


@pytest.fixture
def judge(bundle: Bundle) -> Judge:
    """The seed model with the shipped policy."""
    return Judge(bundle_folder=bundle.folder, policy_file=SHIPPED_POLICY)


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def answers(path: Path) -> list[tuple[str, str, float]]:
    """Refund id, category and confidence of each result, whatever the format."""
    if path.suffix == ".jsonl":
        found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return [(r["refund_id"], r["fault"]["category"], r["fault"]["confidence"]) for r in found]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [(r["refund_id"], r["fault"], float(r["confidence"])) for r in csv.DictReader(file)]
    parquet = pytest.importorskip("pyarrow.parquet")
    return [(r["refund_id"], r["fault"], r["confidence"]) for r in parquet.read_table(path).to_pylist()]


@pytest.mark.parametrize("out_format", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("write", [write_jsonl, write_csv, write_parquet])
def test_every_format_gives_the_same_answers(
    tmp_path: Path, judge: Judge, write: Any, out_format: str
) -> None:
    source = write(tmp_path / f"in.{write.__name__.removeprefix('write_')}", ROWS)
    plain = tmp_path / "plain.jsonl"
    score_file(write_jsonl(tmp_path / "in.jsonl", ROWS), plain, judge)
    out = tmp_path / f"out.{out_format}"
    score_file(source, out, judge)
    assert answers(out) == answers(plain)
    assert not progress_file(out).exists()


def test_two_processes_keep_the_order_of_the_file(tmp_path: Path, judge: Judge) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    score_file(source, tmp_path / "one.jsonl", judge)
    score_file(source, tmp_path / "two.jsonl", judge, workers=2)
    assert answers(tmp_path / "two.jsonl") == answers(tmp_path / "one.jsonl")


def test_a_row_in_error_stands_beside_the_others(tmp_path: Path, judge: Judge) -> None:
    rows = [ROWS[0], {"refund_id": "bad", "text": "坏了", "refund_amount_fen": -1}, ROWS[2]]
    score_file(
        write_csv(tmp_path / "in.csv", [{**ROWS[0], **row} for row in rows]), tmp_path / "o.jsonl", judge
    )
    first, bad, last = map(json.loads, (tmp_path / "o.jsonl").read_text().splitlines())
    assert bad["refund_id"] == "bad"
    assert bad["error"]["field"] == "refund_amount_fen"
    assert (first["refund_id"], last["refund_id"]) == ("R0", "R2")


def test_what_the_shop_only_suggests_and_what_is_demoted_is_not_automated_here_either(
    tmp_path: Path, judge: Judge
) -> None:
    source, out = write_jsonl(tmp_path / "in.jsonl", ROWS[:1]), tmp_path / "out.jsonl"
    for changes, reason in (
        ({"suggested": frozenset(FAULTS)}, "suggest_mode"),
        ({"demoted": frozenset(FAULTS)}, "demoted"),
    ):
        score_file(source, out, replace(judge, **changes))
        answer = json.loads(out.read_text("utf-8"))
        assert answer["route"] == "review"
        assert reason in answer["review"]["reasons"]


def test_a_table_is_held_to_the_rules_of_the_api(tmp_path: Path, judge: Judge) -> None:
    rows = [
        ROWS[0] | {"respond_by": "0001-01-01T00:00:00+14:00"},
        ROWS[1] | {"respond_by": "", "text": "碎" * 200_000},
        ROWS[2] | {"respond_by": ""},
    ]
    score_file(write_csv(tmp_path / "in.csv", rows), tmp_path / "out.jsonl", judge)
    moment, long, good = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert (moment["error"]["field"], long["error"]["field"]) == ("respond_by", "text")
    assert good["fault"]


def test_a_table_in_another_encoding_is_refused_in_words(tmp_path: Path, judge: Judge) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes("refund_id,text\nR1,杯子碎了\n".encode("gbk"))
    with pytest.raises(FileFormatError, match="CSV UTF-8"):
        score_file(source, tmp_path / "out.jsonl", judge)


class StoppedError(Exception):
    """Stands for a killed run."""


@pytest.mark.parametrize("out_format", ["jsonl", "csv"])
def test_a_stopped_run_goes_on_where_it_was(
    tmp_path: Path, judge: Judge, out_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = write_jsonl(tmp_path / "in.jsonl", ROWS), tmp_path / f"out.{out_format}"
    chunks = []

    def stop_at_the_second(rows: int) -> None:
        chunks.append(rows)
        if len(chunks) == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        score_file(source, out, judge, on_chunk=stop_at_the_second)
    with out.open("ab") as file:
        file.write(b'{"half a li')  # what a kill in the middle of a write leaves behind
    judged: list[int] = []
    judge_chunk = run.judge_chunk
    monkeypatch.setattr(
        run, "judge_chunk", lambda chunk, *rest: judged.append(len(chunk)) or judge_chunk(chunk, *rest)
    )
    score_file(source, out, judge, resume=True)
    assert judged == [7]
    assert [refund_id for refund_id, _, _ in answers(out)] == [row["refund_id"] for row in ROWS]


def test_resuming_needs_something_to_resume(tmp_path: Path, judge: Judge) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    with pytest.raises(FileFormatError, match="nothing to resume"):
        score_file(source, tmp_path / "out.jsonl", judge, resume=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.xlsx", "", "want a .csv, .jsonl or .parquet file"),
        ("in.csv", "id,comment\n1,碎了\n", "no column refund_id, text"),
    ],
)
def test_a_file_of_another_form_is_refused(
    tmp_path: Path, judge: Judge, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(FileFormatError, match=message):
        score_file(tmp_path / name, tmp_path / "out.csv", judge)


def test_columns_of_the_shop_are_named_and_left_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", [{"refund_id": "R1", "text": "碎了", "备注": "急"}])
    assert left_alone(path) == ["备注"]
