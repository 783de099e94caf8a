"""Which sentences are quoted: the one that answers first, what denies the premise, and nothing beside the point."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.house import bundled_folder, open_agents
from agents.kinds import Kind
from agents.passage import Passage
from agents.question import Question, Turn
from agents.standalone import Standalone, combined
from agents.telling import kind_asked
from tests.agents.samples import asked, house, passage


async def quoted(folder: Path, text: str, passages: Sequence[Passage], *earlier: str) -> str:
    """What is quoted of these passages."""
    history = tuple(Turn("user", each) for each in earlier)
    async with house(folder) as agents:
        model = agents.orchestrator._model
        parts = model.answer(Question(text, history), passages, agent="billing", verdict="answerable")
        return "".join([part async for part in parts if isinstance(part, str)])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("can I get my money back after 20 days", "The first payment of a monthly subscription can be refunded"),
        ("how long is the trial", "The Pellmere free trial lasts 14 days"),
        ("can I cancel at any time", "A monthly subscription can be cancelled until the day before"),
        ("can i put a password on a link", "Password-protected links are available on"),
        ("what happens after the trial ends", "When a trial ends without a paid plan, the workspace becomes read-only"),
        ("Is there a discount for nonprofits?", "Registered nonprofit organisations receive a 40 percent discount"),
        ("do you store my credit card", "Pellmere does not store full card numbers"),
        ("How do I get SSO on the Team plan?", "The Starter and Team plans do not support single sign-on."),
        ("As an admin, how do I cancel our subscription?", "Admins and members cannot cancel a subscription."),
        ("How do I back up my phone with device backup?", "Phones cannot be backed up with device backup."),
        ("How do I set up webhooks on Starter?", "Webhooks are not available on the Starter plan."),
        ("Since the Starter plan has an audit log, how long are entries kept?", "The Starter plan has no audit log."),
    ],
)
async def test_the_sentence_that_answers_comes_first(tmp_path: Path, text: str, first: str) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, text)
    assert answer.startswith(first), answer


@pytest.mark.parametrize(
    "text",
    [
        "How do I turn on two-factor authentication?",
        "How do I cancel?",
        "How do I request a refund?",
        "how do I get an api key",
        "How do I reset my password?",
    ],
)
async def test_steps_that_are_asked_for_stand_alone(tmp_path: Path, text: str) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, text)
    assert answer.startswith("1. "), answer


async def test_how_a_thing_is_done_is_told_by_what_is_for_that(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, fixing, _ = await asked(agents, "what does E-4012 mean and how do I fix it?")
        _, deleting, _ = await asked(agents, "How do I delete a file permanently?")
        _, promoting, _ = await asked(agents, "How can I make my colleague an admin?")
    assert fixing.split("\n\n")[1].startswith("To fix E-4012, split the file")
    assert "Use the trash when" not in deleting
    assert "Webhooks" not in promoting


async def test_what_a_thing_is_comes_before_what_else_is_said_of_it(tmp_path: Path) -> None:
    text = (
        "A conflict file carries the name of the device. A conflict file is a copy made when two people change a file."
    )
    answer = await quoted(tmp_path, "What is a conflict file?", [passage(text, heading="Conflict files")])
    assert "[1]" in answer
    assert answer.removesuffix(" [1]").endswith("two people change a file.")


async def test_steps_for_the_opposite_are_no_answer(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "how do i turn off 2fa")
    assert "Scan the QR code" not in answer


async def test_of_a_list_only_what_was_named_is_quoted(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "How much storage do I get on Team and Business?")
    assert [line.split(" includes ")[0] for line in answer.splitlines()] == ["- The Team plan", "- The Business plan"]


PRICES = """Prices are in euros.

| Plan | Monthly | Annually |
|---|---|---|
| Starter | 6 EUR | 5 EUR (60 EUR a year) |
| Team | 15 EUR | 12 EUR (144 EUR a year) |

The Team plan costs 15 EUR a month when billed monthly and 12 EUR a month when billed annually."""


async def test_a_sentence_is_quoted_rather_than_the_row_that_says_the_same(tmp_path: Path) -> None:
    answer = await quoted(tmp_path, "How much is the Team plan?", [passage(PRICES, heading="Price list")])
    assert answer == PRICES.splitlines()[-1] + " [1]"


async def test_a_row_about_another_thing_is_not_quoted_beside_that_about_the_thing_asked(tmp_path: Path) -> None:
    table = passage("\n".join(PRICES.splitlines()[2:6]), heading="Price list")
    assert "Starter" not in await quoted(tmp_path, "How much is Team per year?", [table])


async def test_a_sentence_that_points_at_the_one_before_is_quoted_with_it(tmp_path: Path) -> None:
    text = "The first payment can be refunded for 30 days. After these days, what was paid stays with us."
    answer = await quoted(tmp_path, "When does what was paid stay with you?", [passage(text, heading="Refunds")])
    assert answer == f"{text} [1]"


async def test_the_best_sentence_comes_first_though_another_stands_before_it(tmp_path: Path) -> None:
    text = "We accept credit cards. Cards are tested with 1 EUR. Credit card numbers are never stored by us."
    answer = await quoted(tmp_path, "Are credit card numbers stored?", [passage(text, heading="Cards")])
    assert answer.startswith("Credit card numbers are never stored by us. [1]")


async def test_the_price_of_another_plan_is_not_quoted_beside_that_of_the_one_asked_about(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "how much for 5 people on team per year?")
    assert "Team" in answer
    assert "Starter" not in answer


async def test_what_only_fits_well_is_not_added_to_an_answer(tmp_path: Path) -> None:
    found = [
        passage("Links can have a password.", heading="Links", number=1),
        passage("Files can be locked.", heading="Locks", number=2),
    ]
    assert await quoted(tmp_path, "Can I put a password on a link?", found) == "Links can have a password. [1]"


@pytest.mark.parametrize(
    ("turns", "kind"),
    [
        (["How much is Team?", "and Business?"], "price"),
        (["How much is Team?", "and per year?", "and Business?"], "price"),
        (["How much is a seat?", "and can I remove it again?"], "other"),
        (["How do I reset my password?", "what if I get no email?"], "other"),
    ],
)
def test_a_follow_up_asks_for_the_kind_of_the_turn_before_unless_it_asks_for_something_itself(
    turns: list[str], kind: Kind
) -> None:
    assert kind_asked(combined(turns)) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Can I get my money back after 20 days?", "deadline"),
        ("I bought it 3 weeks ago, can I get a refund?", "other"),
        ("Could we still cancel 3 weeks later?", "deadline"),
        ("What happens when the trial ends?", "other"),
        ("When does the trial end?", "period"),
        ("Until when can I cancel?", "deadline"),
    ],
)
def test_a_time_is_asked_for_where_the_question_names_one_and_not_where_it_tells_a_case(text: str, kind: Kind) -> None:
    assert kind_asked(Standalone(text, ((text, 1.0),))) == kind


async def test_follow_ups_are_answered_about_what_was_spoken_of(tmp_path: Path) -> None:
    conversations = {
        ("Is there a discount for nonprofits?", "how do I apply?", "how long does it take?"): "within 5 business days",
        ("How do I cancel?", "and will I get a refund?", "how long does that take?"): "5 to 10 business days",
        ("What does the Business plan cost?", "how many users can it have?"): "allows up to 500 users",
        ("How much is the Team plan?", "and per year?", "and Business?"): "The Business plan costs 24 EUR",
        ("Can I share a file with someone outside?", "can they edit it?"): "Guests can view, comment on or edit files",
    }
    async with open_agents(data_dir=tmp_path) as agents:
        for turns, says in conversations.items():
            history: tuple[Turn, ...] = ()
            for text in turns:
                _, answer, ending = await asked(agents, Question(text, history))
                history = (*history, Turn("user", text), Turn("agent", answer, ending.agent))
            assert says in answer, (turns, answer)


def test_what_these_tests_quote_stands_in_the_documents() -> None:
    pages = "".join(path.read_text() for path in (bundled_folder() / "documents").rglob("*.md"))
    assert "Phones cannot be backed up with device backup." in pages


async def test_a_story_is_answered_by_what_it_speaks_of_not_by_its_form(tmp_path: Path) -> None:
    story = (
        "My MacBook is nearly full. I'd like to still see all my documents in Finder without them taking up room, "
        "is there a way?"
    )
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, story)
    assert "Online-only files are visible on the computer but take up almost no disk space" in answer


async def test_it_is_forbidden_points_at_nothing(tmp_path: Path) -> None:
    text = "Spam is not allowed on links. It is forbidden to share one account between several people."
    answer = await quoted(tmp_path, "Can two people share an account?", [passage(text, heading="Rules")])
    assert answer == "It is forbidden to share one account between several people. [1]"


@pytest.mark.parametrize(
    ("follow_up", "first"),
    [
        ("and after that?", "Renewals of a monthly plan are not refundable."),
        ("so how many days for the first payment of it?", "The first payment of a monthly plan can be refunded"),
    ],
)
async def test_what_was_quoted_before_is_not_the_answer_again_unless_it_is_asked_for(
    tmp_path: Path, follow_up: str, first: str
) -> None:
    told = "The first payment of a monthly plan can be refunded within 7 days."
    history = (Turn("user", "Can a monthly plan be refunded?"), Turn("agent", f"{told} [1]", "billing"))
    async with house(tmp_path) as agents:
        _, answer, _ = await asked(agents, Question(follow_up, history, agent="billing"))
    assert answer.startswith(first), answer
