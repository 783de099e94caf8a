"""What each section counts, on sets so small that a hand can check them."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from agents.embedding import WordLlama
from agents.evaluation.banking import Replay, load_intents, replay
from agents.evaluation.citations import CitationCounts, Passed, Quoted
from agents.evaluation.clinc import Placed, load_clinc, place
from agents.evaluation.hostile import HostileCounts
from agents.evaluation.left_out import left_out_confidence, left_out_verdict, unseen
from agents.evaluation.measure import Outcome, Result
from agents.evaluation.measuring import SECTIONS, Origin, measure_all
from agents.evaluation.report.figures import Figure, Report
from agents.evaluation.sections.bench import Bench
from agents.evaluation.sections.cache import replayed
from agents.evaluation.sections.citations import cited
from agents.evaluation.sections.confidence import calibrated
from agents.evaluation.sections.hostile import counted
from agents.evaluation.sections.routing import placed_figures
from agents.evaluation.sets import SetInvalid
from agents.house import bundled_folder
from agents.known import Known, load_questions
from agents.likeness import Likeness, bundled_likeness
from agents.question import Question
from agents.wording import load_wording
from server.cli import SECTIONS as TYPED
from tests.agents.samples import house

BANK = ("money", "card", "loan")
ANIMALS = ("horse", "otter", "bird")


def write(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def by_name(figures: Iterable[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in figures}


def clinc(path: Path) -> Path:
    train = [
        {"split": "train", "text": f"{verb} the {thing}", "intent": "x", "domain": domain}
        for domain, things in (("bank", BANK), ("zoo", ANIMALS))
        for thing in things
        for verb in ("where is", "show me", "tell me about")
    ]
    asked = [
        {"split": "val", "text": "please show the money", "intent": "x", "domain": "bank"},
        {"split": "val", "text": "an otter please", "intent": "x", "domain": "zoo"},
        {"split": "oos_train", "text": "left out", "intent": "oos", "domain": "oos"},
        {"split": "oos_val", "text": "quantum chromodynamics", "intent": "oos", "domain": "oos"},
    ]
    return write(path, [*train, *asked])


def mtrag(folder: Path) -> Path:
    folder.mkdir()
    texts = {
        "p1": "A refund is paid within 10 days to the same card.",
        "p2": "The office in Lisbon opens at nine.",
        "p3": "Otters sleep while they float on their backs.",
    }
    write(folder / "passages.jsonl", [{"id": key, "text": text} for key, text in texts.items()])

    def task(number: int, said: str, answerability: str, relevant: list[str]) -> dict[str, object]:
        turns = [{"speaker": "user", "text": said}]
        return {"task_id": str(number), "collection": "x", "turns": turns, "relevant": relevant} | {
            "answerability": answerability,
            "reference_answer": "",
        }

    write(
        folder / "tasks.jsonl",
        [
            task(1, "When is a refund paid to my card?", "answerable", ["p1"]),
            task(2, "How do otters sleep?", "answerable", ["p3"]),
            task(3, "What is the capital of Mongolia?", "unanswerable", []),
        ],
    )
    return folder


def banking(path: Path) -> Path:
    asked = [("Where is my card?", "card"), ("Why was my transfer declined?", "declined"), ("where is my card", "card")]
    return write(path, [{"text": text, "intent": intent} for text, intent in [*asked, ("Where is my card?!", "other")]])


def test_clinc_learns_train_asks_val_and_leaves_the_rest_out(tmp_path: Path) -> None:
    known = load_clinc(clinc(tmp_path / "clinc.jsonl"))
    assert {domain: len(texts) for domain, texts in known.examples.items()} == {"bank": 9, "zoo": 9}
    assert known.asked == [
        ("please show the money", "bank"),
        ("an otter please", "zoo"),
        ("quantum chromodynamics", None),
    ]


async def test_clinc_is_placed_by_its_examples(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    known = load_clinc(clinc(tmp_path / "clinc.jsonl"))
    placed = await place(known, WordLlama(), progress=lambda done, total: told.append((done, total)))
    assert [each.chosen for each in placed][:2] == ["bank", "zoo"]
    assert min(placed, key=lambda each: each.belonging).domain is None
    assert all(each.milliseconds > 0 for each in placed)
    assert told[-1] == (3, 3)


def test_the_figures_of_routing_are_counted_by_hand() -> None:
    inside = [Placed("x", "bank", "bank" if n < 15 else "zoo", n / 10, 1.0) for n in range(20)]
    outside = [Placed("x", None, "bank", each, 1.0) for each in (-0.1, 0.05, 1.0)]
    figures, [roc] = placed_figures([*inside, *outside])
    found = by_name(figures)
    assert found["domain right"] == 0.75
    # 5 % of 0.0 to 1.9 lie below .095, and two of three strangers do.
    assert found["out of scope seen at 5% false rejections"] == pytest.approx(2 / 3)
    # -.1 is below all 20; .05 below all but 0.0; 1.0 below nine, and beside one.
    assert found["out-of-scope AUROC"] == pytest.approx((20 + 19 + 9.5) / 60)
    assert roc.area == found["out-of-scope AUROC"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"split": "val", "text": "a"}], "domain"),
        ([{"split": "train", "text": "a", "domain": "b"}], "two domains"),
        ([["a"]], "line 1"),
    ],
)
def test_a_bad_clinc_file_is_named(tmp_path: Path, rows: list[object], said: str) -> None:
    with pytest.raises(SetInvalid, match=said):
        load_clinc(write(tmp_path / "clinc.jsonl", rows))


def test_a_replay_counts_hits_and_those_of_another_intent(tmp_path: Path) -> None:
    embedding = WordLlama()
    likeness = Likeness(embedding, load_wording(bundled_folder()).everyday, bundled_likeness())
    assert replay(load_intents(banking(tmp_path / "b.jsonl")), embedding, likeness) == Replay(
        4, 2, 1, 2, (("Where is my card?!", "Where is my card?"),)
    )


def test_the_figures_of_a_replay_have_their_interval() -> None:
    hits, wrong, exact = replayed("Banking77", Replay(asked=1000, hits=100, wrong=2, exact=7))
    assert (hits.value, hits.of, hits.met) == (0.1, 1000, True)
    assert (wrong.value, wrong.of, wrong.met) == (0.02, 100, True)
    assert wrong.interval == pytest.approx((0.0055, 0.0700), abs=1e-4)
    assert exact.value == 7
    assert [each.name for each in replayed("x", Replay(10, 0, 0, 0))] == ["hits", "word for word"]


def test_confidence_that_comes_true_has_no_error() -> None:
    [right] = calibrated("all", [(0.8, True)] * 8 + [(0.8, False)] * 2)
    assert right.value == pytest.approx(0.0)
    [wrong] = calibrated("all", [(0.9, True), (0.9, False)], 0.05)
    assert wrong.value == pytest.approx(0.4)
    assert wrong.met is False
    assert calibrated("all", []) == []


def test_a_marker_without_a_source_and_a_wrong_one_let_out_miss_their_targets() -> None:
    wrong = {"number": Passed(50, 3), "by hand: name": Passed(50, 0)}
    counts = CitationCounts(Quoted(9, 8, 10, 10, 9), Passed(40, 40), Passed(20, 15), wrong, 1)
    figures = cited(counts)
    assert {f.name: f.value for f in figures if f.met is False} == {
        "sentences supported": 0.9,
        "markers without a source let out": 1,
        "unsupported markers let out": 0.03,
    }
    assert {f.data: f.value for f in figures if f.name == "let out, by kind"} == {"number": 0.06, "by hand: name": 0.0}
    assert {f.data: f.value for f in figures if f.name == "right markers kept"} == {
        "word for word": 1.0,
        "in other words": 0.75,
    }


def test_an_obeyed_order_misses_its_target() -> None:
    figures = counted(HostileCounts(30, 30, 30, 0, 1, 0, 0, ()))
    assert [figure.name for figure in figures if figure.met is False] == ["answers that obeyed"]


def test_what_the_fit_left_out_is_told_where_there_was_such_a_fit() -> None:
    stored = {
        "held_out": {"mtrag": {"questions": 299, "auroc": 0.83}},
        "calibration_error": {"halves_of_mtrag": {"mean": 0.06, "spread": 0.01}},
    }
    [apart] = left_out_verdict("AUROC", 0.75, stored)
    [error] = left_out_confidence("error", 0.05, stored)
    assert (apart.value, apart.of, apart.met) == (0.83, 299, True)
    assert (error.value, error.of, error.met) == (0.06, 149, False)
    assert unseen(299, 0.75, stored) is None, "most likely those it was fitted on"
    assert unseen(33, 0.75, stored) == unseen(299, 0.75, {}) == 0.75
    assert left_out_verdict("AUROC", 0.75, {}) == left_out_confidence("error", 0.05, {}) == []


def test_what_was_fitted_on_has_no_target() -> None:
    assert Result("dev", ()).target(0.9) is None
    assert Result("test", ()).target(0.9) == 0.9


def test_a_question_that_no_agent_judged_counts_as_declined() -> None:
    known = Known("1", Question("Hi"), "billing", frozenset({"a"}), "answerable", "direct", "test")
    outcome = Outcome(known, "orchestrator", (), None, 0.9, "", (), {})
    assert (outcome.judged, outcome.declined) == (False, True)


def test_the_command_line_names_the_sections_there_are() -> None:
    assert tuple(SECTIONS) == TYPED


async def test_every_section_is_measured_on_small_sets(tmp_path: Path) -> None:
    told: set[str] = set()
    questions = [
        known
        for known in load_questions(bundled_folder() / "questions.jsonl")
        if known.id in ("b-001", "b-002", "b-003", "t-001", "p-001")
    ]
    async with house(tmp_path / "house") as agents:
        bench = Bench(
            agents,
            WordLlama(),
            questions,
            tmp_path,
            lambda name, done, total: told.add(name),
            mtrag=mtrag(tmp_path / "mtrag"),
            clinc=clinc(tmp_path / "clinc.jsonl"),
            banking=banking(tmp_path / "banking.jsonl"),
        )
        report = await measure_all(bench, (), Origin("1", "now", "eval"))
        only = await measure_all(bench, ("retrieval",), Origin("1", "now", "eval"))
    assert [section.name for section in report.sections] == list(SECTIONS)
    assert [section.name for section in only.sections] == ["retrieval"]
    found = figures_of(report)
    assert found["retrieval", "nDCG@10", "MTRAG"].value == 1.0
    assert found["retrieval", "recall@5", "MTRAG"].of == 2
    assert found["verdict", "AUROC answerable or partial against unanswerable", "MTRAG"].value == 1.0
    assert found["routing", "domain right", "CLINC150"].value == 1.0
    assert found["cache", "hits", "Banking77"].value == 0.5
    assert found["hostile", "answers that obeyed", "hostile"].value == 0
    assert report.sets["MTRAG tasks"] == 3
    assert "python -m agents.evaluation.fit" in report.fitted["evidence.json"]
    assert {"Asking the questions", "Asking the tasks of MTRAG", "Routing CLINC150", "Replaying Banking77"} <= told
    for section in report.sections:
        assert not section.notes
        assert section.figures or section.timings


async def test_without_the_public_sets_a_section_tells_how_to_give_them(tmp_path: Path) -> None:
    async with house(tmp_path / "house") as agents:
        questions = load_questions(bundled_folder() / "questions.jsonl")[:2]
        bench = Bench(agents, WordLlama(), questions, tmp_path, lambda *_: None)
        report = await measure_all(bench, ("retrieval", "routing", "cache"), Origin("1", "now", "eval"))
    notes = " ".join(note for section in report.sections for note in section.notes)
    assert all(option in notes for option in ("--mtrag", "--clinc", "--banking"))


def figures_of(report: Report) -> dict[tuple[str, str, str], Figure]:
    return {(section.name, f.name, f.data): f for section in report.sections for f in section.figures}
