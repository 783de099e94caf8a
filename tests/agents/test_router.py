"""Routing: who answers, the runner-up, the reason, and what belongs to nobody."""

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.embedding import Vectors, WordLlama
from agents.house import bundled_folder, open_agents
from agents.known import load_questions
from agents.question import Question, Turn
from agents.routing.classifier import Classifier, fit, hashed
from agents.routing.descent import minimum
from agents.routing.examples import ExamplesInvalid, load_examples
from agents.routing.fitting import kept
from agents.routing.learning import following
from agents.routing.router import Router, named
from agents.routing.sparse import Sparse
from agents.standalone import Standalone
from streaming.events import Routing
from tests.agents.samples import asked, house, write

EMBEDDING = WordLlama()
SMALL = {
    "billing": ("How do I pay my invoice?", "What does the plan cost?"),
    "technical": ("The app crashes with an error", "How do I install the client?"),
    "policy": ("Do you sell my personal data?", "What are your terms of service?"),
    "orchestrator": ("hello", "thank you"),
    "none": ("What's the weather like?", "Recipe for soup"),
}


def one(text: str) -> Standalone:
    return Standalone(text, ((text, 1.0),))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("how much does a plan cost", "billing"),
        ("install the app", "technical"),
        ("is personal data sold?", "policy"),
        ("hello!", "orchestrator"),
        ("soup recipe please", "none"),
    ],
)
def test_the_nearest_examples_decide_and_say_why(text: str, label: str) -> None:
    route = Router(Classifier(SMALL, EMBEDDING))(one(text), documents={})
    assert route.label == label
    assert route.agent == ("orchestrator" if label == "none" else label)
    assert 0 < route.data.confidence <= 1
    assert "nearest examples" in route.data.reasoning
    assert route.data.runner_up is not None
    assert route.data.runner_up.target_agent != route.agent
    assert route.data.runner_up.confidence <= route.data.confidence


def test_the_documents_count_too() -> None:
    router = Router(Classifier(SMALL, EMBEDDING))
    assert router(one("gadolinium?"), documents={"policy": 0.9}).agent == "policy"
    reasoning = router(one("gadolinium?"), documents={"policy": 0.9}).data.reasoning
    assert "the evidence in the policy documents is 90%" in reasoning


def test_a_follow_up_leans_to_the_agent_that_answered_before() -> None:
    router = Router(Classifier(SMALL, EMBEDDING))
    follow_up = Standalone("zz\nand then?", (("and then?", 1.0), ("zz", 0.5)), follows_up=True)
    for previous in ("billing", "technical", "policy"):
        route = router(follow_up, documents={}, previous=previous)
        assert route.agent == previous
        assert f"{previous} answered" in route.data.reasoning
    assert "answered" not in router(one("and then?"), documents={}, previous="policy").data.reasoning


def test_a_caller_may_name_the_agent() -> None:
    assert named("policy").agent == "policy"
    assert named("policy").data.confidence == 1.0


async def test_the_caller_names_the_agent_of_a_question(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        assert (await agents.route(Question("error E-1020", agent="billing"))).agent == "billing"
        assert (await agents.route(Question("What does error E-1020 mean?", agent="orchestrator"))).agent == "technical"


def test_the_descent_ends_where_a_function_is_least() -> None:
    rng = np.random.default_rng(0)
    root, goal = rng.normal(size=(12, 12)), rng.normal(size=(12, 2)).astype(np.float32)
    curve = (root @ root.T + np.eye(12)).astype(np.float32)

    def bowl(at: Vectors) -> tuple[float, Vectors]:
        away = at - goal
        return float((away * (curve @ away)).sum()) / 2, curve @ away

    assert np.allclose(minimum(bowl, np.zeros((12, 2), np.float32), 200), goal, atol=0.05)


def test_a_label_with_few_examples_weighs_as_much_as_one_with_many() -> None:
    texts = np.eye(2, dtype=np.float32)
    none = Sparse([(np.zeros(0, np.intp), np.zeros(0, np.float32))] * 42, 8)
    fitted = fit(np.repeat(texts, [40, 2], axis=0), none, np.repeat(np.arange(2), [40, 2]), 2, rare_counts=1)
    scores = texts @ fitted.weights[:2] + fitted.bias
    assert np.isclose(scores[0, 0] - scores[0, 1], scores[1, 1] - scores[1, 0], rtol=0.25)


def test_the_fit_is_kept_until_the_examples_change(tmp_path: Path) -> None:
    path = tmp_path / "router.npz"
    first = kept(path, SMALL, EMBEDDING)
    written = path.stat().st_mtime_ns
    assert np.array_equal(kept(path, SMALL, EMBEDDING).fitted.weights, first.fitted.weights)
    assert path.stat().st_mtime_ns == written
    changed = kept(path, SMALL | {"none": ("How tall is the tower?",)}, EMBEDDING)
    assert not np.array_equal(changed.fitted.weights, first.fitted.weights)
    for broken in (b"broken", path.read_bytes()[:1000], b""):
        path.write_bytes(broken)
        assert np.array_equal(kept(path, SMALL, EMBEDDING).fitted.weights, first.fitted.weights)
    assert os.listdir(tmp_path) == ["router.npz"]


def test_hashed_features_have_unit_length_and_distinct_columns() -> None:
    columns, values = hashed("Cancel my plan, cancel it", 4096)
    assert len(set(columns.tolist())) == len(columns)
    assert float(np.linalg.norm(values)) == pytest.approx(1.0)
    assert hashed("", 4096)[0].size == 0


def test_sparse_rows_multiply_as_the_same_rows_written_out() -> None:
    rng = np.random.default_rng(0)
    whole = (rng.normal(size=(20, 30)) * (rng.random((20, 30)) < 0.1)).astype(np.float32)
    whole[3] = 0
    sparse = Sparse(((np.flatnonzero(row), row[np.flatnonzero(row)]) for row in whole), 30)
    left, right = rng.normal(size=(30, 4)).astype(np.float32), rng.normal(size=(20, 4)).astype(np.float32)
    assert np.allclose(sparse.times(left), whole @ left, atol=1e-5)
    assert np.allclose(sparse.transposed_times(right), whole.T @ right, atol=1e-5)
    assert np.array_equal(sparse.counts()[1:], np.count_nonzero(whole, axis=0)[1:])


def test_among_many_examples_the_shortlist_holds_the_nearest() -> None:
    rng = np.random.default_rng(0)
    many = {label: [f"{text} {rng.integers(9999)}" for text in texts * 600] for label, texts in SMALL.items()}
    fitted = Classifier(SMALL, EMBEDDING).fitted
    classifier = Classifier(many, EMBEDDING, unfamiliar=("none",), fitted=fitted)
    found = classifier((("How do I pay my invoice in March?", 1.0),))
    texts = [text for label in many for text in many[label]]
    best = float((EMBEDDING.embed(texts) @ EMBEDDING.embed(["How do I pay my invoice in March?"])[0]).max())
    assert found.nearest[0][2] == pytest.approx(best, abs=1e-5)
    assert found.familiarity > 0.5


def test_examples_are_files_that_an_operator_can_edit(tmp_path: Path) -> None:
    for label in SMALL:
        (tmp_path / f"{label}.txt").write_text(f"# comment\n\n{label} one\n")
    (tmp_path / "billing.extra.txt").write_text("billing two\n")
    assert load_examples(tmp_path)["billing"] == ("billing two", "billing one")
    (tmp_path / "sales.txt").write_text("x")
    with pytest.raises(ExamplesInvalid, match="sales"):
        load_examples(tmp_path)
    (tmp_path / "sales.txt").unlink()
    (tmp_path / "none.txt").write_text("# nothing\n")
    with pytest.raises(ExamplesInvalid, match=r"none\.txt"):
        load_examples(tmp_path)


def test_bundled_examples_hold_no_question_of_the_question_set() -> None:
    from agents.known import load_questions

    examples = {text.lower() for texts in load_examples(bundled_folder() / "examples").values() for text in texts}
    asked = {known.question.text.lower() for known in load_questions(bundled_folder() / "questions.jsonl")}
    assert not examples & asked
    alike = EMBEDDING.embed(sorted(asked)) @ EMBEDDING.embed(sorted(examples)).T
    assert float(alike.max()) < 0.9


@pytest.mark.timing
def test_routing_with_15000_examples_takes_few_milliseconds() -> None:
    rng = np.random.default_rng(0)
    vocabulary = [f"{a}{b}" for a in ("pay", "sync", "law", "hey", "sun") for b in range(400)]
    examples = {
        label: [" ".join(rng.choice(vocabulary[i * 400 : (i + 1) * 400], 8)) for _ in range(3000)]
        for i, label in enumerate(SMALL)
    }
    router = Router(Classifier(examples, EMBEDDING, fitted=Classifier(SMALL, EMBEDDING).fitted))
    times = []
    for _ in range(200):
        started = time.thread_time()
        router(one("How long does the trial of the team plan last?"), documents={})
        times.append(time.thread_time() - started)
    # CPU time; 1.0 ms at the median over CLINC150. There is room for a busy machine, whose caches are never warm.
    assert float(np.percentile(times, 10)) <= 0.004


async def test_a_change_of_subject_is_routed_by_itself(tmp_path: Path) -> None:
    direct = [
        each
        for each in load_questions(bundled_folder() / "questions.jsonl")
        if each.split == "dev" and not each.question.history
    ]
    async with open_agents(data_dir=tmp_path) as agents:
        right = alone = 0
        for number, each in enumerate(direct):
            before = next(o for o in direct[number:] + direct[:number] if o.agent != each.agent)
            history = (Turn("user", before.question.text), Turn("agent", "It depends.", before.agent))
            alone += (await agents.route(each.question)).agent == each.agent
            right += (await agents.route(replace(each.question, history=history))).agent == each.agent
    assert right >= alone - 0.05 * len(direct)


async def test_an_operators_examples_decide_from_the_next_start_on(tmp_path: Path) -> None:
    folder = write(tmp_path / "examples", {f"{label}.txt": "\n".join(texts) for label, texts in SMALL.items()})
    question = Question("Where do the quokkas graze?")
    for label in ("policy", "billing"):
        (folder / f"{label}.extra.txt").write_text("Where do the quokkas graze?\nQuokkas graze here\n" * 3)
        documents = write(tmp_path / "documents")
        async with open_agents(data_dir=tmp_path / "data", documents=documents, examples=folder) as agents:
            assert (await agents.route(question)).agent == label
        (folder / f"{label}.extra.txt").unlink()


async def test_an_operators_examples_are_learned_while_the_server_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = {f"{label}.txt": "\n".join(own) for label, own in SMALL.items()}
    folder = write(tmp_path / "examples", {**texts, "policy.extra.txt": "Where do the quokkas graze?\nQuokkas graze\n"})
    question = Question("Where do the quokkas graze?")
    documents = write(tmp_path / "documents")
    async with (
        asyncio.timeout(20),
        open_agents(data_dir=tmp_path / "data", documents=documents, examples=folder) as agents,
    ):
        assert (await agents.route(question)).agent == "policy"
        assert await agents.route(question) is await agents.route(question)  # kept, until the examples change
        (folder / "policy.extra.txt").rename(folder / "billing.extra.txt")
        while (await agents.route(question)).agent != "billing":
            await asyncio.sleep(0.05)
        (folder / "nobody.txt").write_text("Where do the quokkas graze?\n")
        while "those from before stay" not in caplog.text:
            await asyncio.sleep(0.05)
        assert "nobody.txt" in caplog.text
        assert (await agents.route(question)).agent == "billing"
        (folder / "nobody.txt").rename(folder / "technical.extra.txt")
        (folder / "billing.extra.txt").unlink()
        while (await agents.route(question)).agent != "technical":
            await asyncio.sleep(0.05)


KIWIS = """# Kiwis

## Eggs
A kiwi lays one egg at a time. The egg hatches after 70 to 90 days. The male sits on the egg.
"""


@pytest.mark.parametrize("place", ["kiwis.md", "policy/kiwis.md"])
async def test_what_the_documents_plainly_answer_is_not_off_topic_though_no_example_is_near(
    tmp_path: Path, place: str
) -> None:
    documents = write(tmp_path / "documents", {place: KIWIS})
    async with open_agents(data_dir=tmp_path / "data", documents=documents) as agents:
        facts, answer, ending = await asked(agents, "When does the kiwi egg hatch?")
        assert "70 to 90 days" in answer
        assert ending.agent != "orchestrator"
        assert "evidence" in next(fact for fact in facts if isinstance(fact, Routing)).data.reasoning
        for off_topic in ("What is the capital of Mongolia?", "How do I boil an egg?"):
            assert (await agents.route(Question(off_topic))).label == "none"


async def test_what_could_not_be_learned_is_tried_again_though_no_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.routing.learning.LOOK", 0.01)
    monkeypatch.setattr("agents.routing.learning.AGAIN", 3)
    tried: list[bool] = []
    learned = asyncio.Event()
    loop = asyncio.get_running_loop()

    def learn() -> str:
        tried.append(len(tried) == 2)
        if not tried[-1]:
            raise OSError("the disk is away")
        loop.call_soon_threadsafe(learned.set)
        return "all"

    async with asyncio.timeout(20), following(tmp_path, learn):
        while not tried:  # it may have looked at the folder since
            with (tmp_path / "billing.txt").open("a") as file:
                file.write("Where do the quokkas graze?\n")
            await asyncio.sleep(0.2)
        await learned.wait()
        await asyncio.sleep(0.2)
    assert tried == [False, False, True]  # and not again
