"""Judge a file in several processes, in order, in constant memory, and go on where a run was stopped."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import msgspec

from model import bundle as bundles
from model import triage
from model.errors import RequestError
from model.policy import read_policy
from serving.bulk.results import Result, encode, open_sink
from serving.bulk.rows import FileFormatError, Row, read_chunks, to_request
from serving.champion import Judgement
from serving.scoring import service

AHEAD = 3
"""Chunks in flight for each process: enough to keep it busy, few enough for constant memory."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run got; stands beside the result file until the run is complete."""

    source_bytes: int
    model_version: str
    chunks: int
    result_bytes: int


def progress_file(out: Path) -> Path:
    """File that tells how far the result file is complete."""
    return out.with_name(out.name + ".progress")


def read_progress(source: Path, out: Path, model_version: str) -> Progress:
    """Return where to go on.

    Raises
    ------
    FileFormatError
        When there is nothing to resume, or input or model are no longer those of the stopped run.
    """
    try:
        progress = msgspec.json.decode(progress_file(out).read_bytes(), type=Progress)
    except FileNotFoundError:
        raise FileFormatError(f"nothing to resume: {progress_file(out).name} is not there") from None
    if progress.source_bytes != source.stat().st_size:
        raise FileFormatError("the input has changed since the stopped run: start again without --resume")
    if progress.model_version != model_version:
        raise FileFormatError(
            "another model is in charge since the stopped run: start again without --resume"
        )
    return progress


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Which model and policy judge, what they must not automate, and whether they explain themselves.

    Every process loads its own.
    """

    bundle_folder: Path
    policy_file: Path
    suggested: frozenset[str] = frozenset()
    demoted: frozenset[str] = frozenset()
    explained: bool = False

    def load(self) -> Judgement:
        """Load model and policy."""
        return Judgement(
            bundle=bundles.load(self.bundle_folder),
            policy=read_policy(self.policy_file),
            suggested=self.suggested,
            demoted=self.demoted,
        )


def score_file(
    source: Path,
    out: Path,
    judge: Judge,
    *,
    workers: int = 1,
    resume: bool = False,
    on_chunk: Callable[[int], None] = lambda _: None,
) -> None:
    """Judge every row of `source` into `out`; a row in error does not stop the others."""
    judgement = judge.load()
    version = judgement.bundle.model_version
    done = read_progress(source, out, version) if resume else None
    chunks = read_chunks(source)
    number = done.chunks if done else 0
    for chunk in itertools.islice(chunks, number):
        on_chunk(len(chunk))
    sink = open_sink(out, done.result_bytes if done else None)
    try:
        for n_rows, encoded in _judged(chunks, out.suffix, judge, judgement, workers):
            number += 1
            length = sink.write(encoded)
            if length:
                _note(
                    out,
                    Progress(
                        source_bytes=source.stat().st_size,
                        model_version=version,
                        chunks=number,
                        result_bytes=length,
                    ),
                )
            on_chunk(n_rows)
    finally:
        sink.close()
    progress_file(out).unlink(missing_ok=True)


def _note(out: Path, progress: Progress) -> None:
    aside = progress_file(out).with_suffix(".new")
    aside.write_bytes(msgspec.json.encode(progress))
    aside.replace(progress_file(out))


def _judged(
    chunks: Iterable[list[Row]], suffix: str, judge: Judge, judgement: Judgement, workers: int
) -> Iterator[tuple[int, bytes]]:
    """Yield size and encoded results of every chunk, in the order of the file."""
    if workers == 1:
        for chunk in chunks:
            yield len(chunk), _encoded(chunk, suffix, judgement, judge.explained)
        return
    waiting: deque[tuple[int, Future[bytes]]] = deque()
    context = get_context("spawn")  # a fork would copy locks that threads of this process hold
    with ProcessPoolExecutor(workers, context, _start, (judge,)) as pool:
        for chunk in chunks:
            waiting.append((len(chunk), pool.submit(_work, chunk, suffix)))
            if len(waiting) >= AHEAD * workers:
                n_rows, future = waiting.popleft()
                yield n_rows, future.result()
        for n_rows, future in waiting:
            yield n_rows, future.result()


_worker: tuple[Judgement, bool]
"""The model of a worker process and whether it explains, set once by `_start`."""


def _start(judge: Judge) -> None:
    global _worker
    _worker = judge.load(), judge.explained


def _work(chunk: Sequence[Row], suffix: str) -> bytes:
    return _encoded(chunk, suffix, *_worker)


def _encoded(chunk: Sequence[Row], suffix: str, judgement: Judgement, explained: bool) -> bytes:
    return encode(judge_chunk(chunk, judgement, explained, suffix == ".jsonl"), suffix)


def judge_chunk(
    chunk: Sequence[Row], judgement: Judgement, explained: bool, with_ids: bool = True
) -> list[Result]:
    """Judge some rows; a row in error becomes its error entry. A table has no column for ids."""
    now = service.now_utc()
    results: list[Result] = []
    for row in chunk:
        try:
            answer = triage.judge(
                to_request(row),
                judgement.bundle,
                judgement.policy,
                now=now,
                triage_id=service.new_id() if with_ids else "",
                review_id=service.new_id() if with_ids else "",
                suggested=judgement.suggested,
                demoted=judgement.demoted,
                explained=explained,
            )
        except RequestError as error:
            refund_id = service.refund_id_of(row) if isinstance(row, bytes) else row.get("refund_id")
            results.append(service.failed_item(refund_id, error))
        else:
            results.append(answer)
    return results
