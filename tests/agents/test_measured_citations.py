"""What the gate lets out of a writer that cites wrongly on purpose, and the markers of quoted answers."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from agents.citing.citations import gate
from agents.citing.lexicon import bundled_lexicon
from agents.citing.support import Support
from agents.embedding import WordLlama
from agents.evaluation.citations import let_out, measure_citations, pairs, sections
from agents.evaluation.corruptions import changed
from agents.evaluation.miscites import NOWHERE, QUOTED, Miscites, claims
from agents.house import bundled_folder, open_agents
from agents.known import load_questions
from agents.question import Question
from streaming.events import Citation

SENTENCE = "The Team plan must renew within 30 days before the first invoice."
PAGES = ["billing/refunds.md", "policy/uptime-sla.md", "technical/webhooks.md", "technical/mobile-apps.md"]


@pytest.fixture(scope="module")
def support() -> Support:
    return Support(WordLlama(), bundled_lexicon())


def test_each_change_says_something_else_and_tells_its_kind() -> None:
    passage = f"{SENTENCE} A refund can take 5 days. The Business plan is sold per user."
    strangers = ["Otters can swim for hours."]
    made = {each.kind: each.text for each in changed(SENTENCE, passage, strangers, random.Random(1))}
    assert {"figure", "opposite", "modal or bound", "name", "invented clause", "crossed"} <= set(made)
    assert made["figure of the passage"] == SENTENCE.replace("30", "5")
    assert made["crossed with a stranger"] == "The Team plan can swim for hours."
    assert all(text not in passage for text in made.values())


def test_a_list_items_number_is_no_figure_of_it() -> None:
    made = {each.kind: each.text for each in changed("3. Open the menu within 9 days.", "x", [], random.Random(1))}
    assert made["figure"].startswith("3. Open the menu within ")


async def test_hardly_a_wrong_marker_comes_out_and_all_verbatim_ones_do(support: Support) -> None:
    passages = [each for page in PAGES for each in sections(page)][:30]
    written = claims(passages, random.Random(2), each=2)
    offered, released = Counter[str](), Counter[str]()
    for claim, out in zip(written, await let_out(written, passages, support), strict=True):
        offered[claim.kind] += 1
        released[claim.kind] += out
    assert released.pop(QUOTED) == offered.pop(QUOTED)
    assert released[NOWHERE] == 0
    assert sum(offered.values()) > 300
    assert sum(released.values()) <= 0.03 * sum(offered.values()), released


async def test_the_miscitings_writer_is_a_model_and_says_the_same_twice(support: Support) -> None:
    passages = sections("billing/refunds.md")

    async def told() -> tuple[str, list[int]]:
        answer = Miscites().answer(Question("Refunds?"), passages, agent="billing", verdict="answerable")
        out = [each async for each in gate(answer, passages, supports=support)]
        text = "".join(each for each in out if isinstance(each, str))
        return text, [each.marker for each in out if isinstance(each, Citation)]

    text, cited = await told()
    assert (text, cited) == await told()
    assert cited
    assert max(cited) <= len(passages)


def test_reworded_sentences_written_by_hand_are_right_oftener_than_their_changed_twins(support: Support) -> None:
    found = {"dev": [0, 0, 0], "test": [0, 0, 0]}
    for pair in pairs():
        assert pair.passages
        count = found[pair.half]
        count[0] += any(support(pair.right, each) for each in pair.passages)
        count[1] += any(support(pair.wrong, each) for each in pair.passages)
        count[2] += 1
    for right, wrong, all_of_them in found.values():
        assert right >= 0.4 * all_of_them
        assert wrong <= 0.12 * all_of_them


def test_of_the_changes_that_were_looked_at_few_pass_and_most_right_sentences_do(support: Support) -> None:
    rows = [json.loads(line) for line in (Path(__file__).parent / "citation_changes.jsonl").read_text().splitlines()]
    right, passed = 0, Counter[str]()
    for row in rows:
        own = [each for each in sections(row["page"]) if each.heading == row["heading"]]
        right += any(support(row["right"], each) for each in own)
        passed.update(kind for kind, text in row["wrong"] if any(support(text, each) for each in own))
    assert right >= 0.7 * len(rows)
    assert sum(passed.values()) <= 0.05 * sum(len(row["wrong"]) for row in rows), passed


async def test_quoted_answers_are_supported_without_exception(tmp_path: Path) -> None:
    questions = load_questions(bundled_folder() / "questions.jsonl")[::12]
    told: list[tuple[int, int]] = []
    async with open_agents(data_dir=tmp_path) as agents:
        counts = await measure_citations(agents, questions, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (counts.quoted.questions, counts.quoted.questions)
    assert counts.quoted.markers >= counts.quoted.cited > 10
    assert counts.quoted.markers == counts.quoted.with_source == counts.quoted.supported
    assert counts.verbatim.rate > 0.99
    assert counts.sourceless == 0
    assert counts.unsupported.rate <= 0.04
    assert 0 < counts.share_of_released < 1
