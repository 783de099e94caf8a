"""What an answer must hold in so many letters: which questions ask for it, which sentences have it, and the signals."""

from pathlib import Path

import pytest

from agents.answer_forms import form_of
from agents.evidence import ALL_SIGNALS
from agents.house import Agents
from agents.kinds import kind_of
from agents.naming import holds_a_name
from agents.question import Question
from agents.standalone import standalone
from tests.agents.samples import house


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("What is the phone number of your office?", "Call +31 30 555 01 99.", "Calls are answered on 5 days."),
        ("What is the IBAN for transfers?", "Pay to NL91ABNA0417164300.", "Give the IBAN of your SEPA account."),
        ("What's the street address of the warehouse?", "It lies at 12 Canal Street.", "It lies in Frankfurt."),
        ("Which email address do I write to?", "Write to help@shop.example.", "Write an email to the team."),
        ("What is the interest rate for late orders?", "We charge 4 percent.", "We charge statutory interest."),
        ("What does it cost to restore a folder?", "A restore costs 20 EUR.", "A restore takes 20 minutes."),
        ("How much is an extra key?", "Keys are free of charge.", "Two extra keys are allowed."),
        ("When will version 6 come out?", "It appears on 3 March 2027.", "It appears in 2 versions."),
        ("What are the office hours of the team?", "We work from 08:00 to 20:00.", "We answer within 2 hours."),
        ("How long is a recovery code?", "A code has 12 characters.", "A code lasts 12 hours."),
        ("What is the maximum length of a password?", "It has up to 64 characters.", "It lasts 64 days."),
        ("Which colour is the icon?", "A green check mark means done.", "An icon shows the state."),
        ("Who carries out the audits?", "They are made by Halvorn Audits GmbH.", "An external company makes them."),
        ("Which bank do you use?", "We use the bank Orivel.", "Our bank is Dutch or French."),
        ("How long do refunds take?", "They take 5 days.", "They take a while."),
        ("How many guests are there?", "There are 10 guests.", "There are guests."),
        ("How do I rotate a key?", "Open **Keys** and select **Rotate**.", "Keys are rotated yearly."),
    ],
)
def test_an_answer_must_hold_what_is_asked_for(question: str, holding: str, lacking: str) -> None:
    form = form_of(question, kind_of(question))
    assert form is not None
    ordinary = {"dutch", "french", "external", "company"}.__contains__
    assert form.holds(holding, ordinary)
    assert not form.holds(lacking, ordinary)


@pytest.mark.parametrize(
    "question",
    [
        "Which plan do I need for webhooks?",
        "Which browsers are supported?",
        "Who is allowed to ask for a refund?",
        "Who can see my files?",
        "What do I do when the tool shows an error?",
        "Can I change my phone number?",
        "Is there a limit on the number of files?",
        "Which company name stands on the bill?",
        "What does our bank take for it?",
    ],
)
def test_any_sentence_may_answer_other_questions(question: str) -> None:
    assert form_of(question, kind_of(question)) is None


@pytest.mark.parametrize(
    ("sentence", "in_a_row", "holds"),
    [
        ("Files are scanned by ClamShell.", 1, True),
        ("Scanned files are safe.", 1, False),
        ("Halvorn Hosting runs the servers.", 2, True),
        ("The servers are run by Halvorn.", 2, False),
        ("| Halvorn Hosting GmbH | Data centres | Germany |", 2, True),
        ("| Purpose | Location |", 1, False),
        ("1. Open **Settings > Virus Scanner**.", 1, False),
        ("Write to `Virus Team` on Monday.", 1, False),
        ("The AES and TLS ciphers are used.", 1, False),
    ],
)
def test_a_name_is_told_from_words_with_a_capital_for_their_place(sentence: str, in_a_row: int, holds: bool) -> None:
    assert holds_a_name(sentence, {"germany"}.__contains__, in_a_row=in_a_row) is holds


PAGES = {
    "disks.md": (
        "# Disks\n\n## Courier disk\nA courier disk is shipped within 3 days. The disk costs 350 EUR per shipment.\n\n"
        "## Recovery\nA recovery code can be used once. New recovery codes can be created at any time.\n\n"
        "## Hosting\nThe servers are operated by Halvorn Hosting GmbH. A copy of a disk is kept.\n\n"
        "## Guests\nA workspace has up to 10 guests. Tokens are kept for 90 days. "
        "Guests save 20 percent. "
        "To renew a token, open **Tokens** and select **Renew**.\n"
    )
}


async def signals(agents: Agents, text: str) -> dict[str, float]:
    found = await agents.retrieval.search(standalone(Question(text)))
    return dict(zip(ALL_SIGNALS, agents.judge.signals(found), strict=True))


async def test_what_is_asked_for_must_stand_with_its_object(tmp_path: Path) -> None:
    told = (
        "How much does a courier disk cost?",
        "How much is a disk per shipment?",
        "Who operates the servers?",
        "Can I create new recovery codes?",
        "What percentage do guests save?",
        "What is the price?",
    )
    untold = (
        "How much does a recovery code cost?",
        "Which carrier ships the courier disk?",
        "How long is a recovery code?",
    )
    async with house(tmp_path, PAGES) as agents:
        each = {text: await signals(agents, text) for text in (*told, *untold)}
    assert {text: round(found["formless"]) for text, found in each.items()} == {
        **dict.fromkeys(told, 0),
        **dict.fromkeys(untold, 1),
    }
    assert all(found["kindless"] == 0 for found in each.values())


async def test_a_number_a_time_and_a_way_must_stand_with_their_object(tmp_path: Path) -> None:
    told = ("How many guests can a workspace have?", "How long are tokens kept?", "How do I renew a token?")
    untold = ("How long are invoices stored?", "How do I paint a server?")
    async with house(tmp_path, PAGES) as agents:
        each = {text: await signals(agents, text) for text in (*told, *untold)}
    assert all(each[text]["kindless"] < 0.2 for text in told), each
    assert all(each[text]["kindless"] > 0.5 for text in untold), each
    assert all(found["formless"] == 0 for found in each.values())


async def test_running_text_may_name_what_it_likes(tmp_path: Path) -> None:
    story = {"story.md": "# Disks\n\nA courier disk went around the world in a box, and somebody lost it.\n"}
    async with house(tmp_path, story) as agents:
        assert (await signals(agents, "Who shipped the courier disk by name?"))["formless"] == 0
