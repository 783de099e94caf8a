"""The support check over labelled sentences about the bundled documents, and in front of models."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.citing.citations import Gate, gate
from agents.citing.lexicon import bundled_lexicon
from agents.citing.support import Support
from agents.embedding import WordLlama
from agents.house import bundled_folder
from agents.knowledge.chunking import chunks
from agents.knowledge.documents import read
from agents.llm import Usage
from agents.passage import Passage
from agents.providers.openai_model import open_openai
from streaming.events import Citation
from tests.agents.samples import DOCUMENTS, asked, house, passage
from tests.model_server import model_server

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "citation_pairs.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def support() -> Support:
    return Support(WordLlama(), bundled_lexicon())


def sources(page: str) -> list[tuple[str, Passage]]:
    document = read(bundled_folder() / "documents" / page)
    return [
        (piece.heading, passage(piece.text, heading=piece.heading, title=document.title))
        for piece in chunks(document.sections)
    ]


def judged(support: Support, half: str) -> Iterator[tuple[bool, bool, list[bool]]]:
    """Of each pair: whether the right sentence passes, the wrong one, and the right one under other sections."""
    for pair in PAIRS:
        if pair["half"] == half:
            own = [each for heading, each in sources(pair["page"]) if heading == pair["heading"]]
            other = [each for heading, each in sources(pair["page"]) if heading != pair["heading"]]
            yield (
                any(support(pair["supported"], each) for each in own),
                any(support(pair["unsupported"], each) for each in own),
                [support(pair["supported"], each) for each in other],
            )


@pytest.mark.parametrize("half", ["tune", "held"])
def test_right_markers_mostly_pass_and_those_to_another_section_do_not(support: Support, half: str) -> None:
    found = list(judged(support, half))
    elsewhere = [each for _, _, others in found for each in others]
    assert sum(right for right, _, _ in found) >= 0.8 * len(found)
    assert sum(elsewhere) <= 0.02 * len(elsewhere)
    assert sum(wrong for _, wrong, _ in found) <= 0.05 * len(found), "one word or figure was changed"


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Monthly plans can be refunded within 7 days", True),
        ("Monthly plans can be refunded within 8 days", False),
        ("Monthly plans cannot be refunded within 7 days", False),
        ("The Gold plan can be refunded within 7 days", False),
        ("7 days", True),
        ("8 days", False),
        ("", False),
    ],
)
def test_figures_names_and_negation_count(support: Support, sentence: str, supported: bool) -> None:
    assert support(sentence, passage("A monthly plan can be refunded within 7 days of payment.")) is supported


@pytest.mark.parametrize("opening", ["No, ", "Yes, ", "However, ", "According to the refund policy, ", "Note that "])
def test_an_answers_opening_is_no_part_of_what_it_claims(support: Support, opening: str) -> None:
    source = passage("A monthly plan cannot be refunded after 7 days.")
    assert support(f"{opening}a monthly plan can't be refunded after 7 days", source)
    assert not support(f"{opening}a monthly plan can be refunded after 7 days", source)


async def test_a_models_marker_without_support_is_dropped(support: Support) -> None:
    async def model() -> object:
        yield "Otters swim [1]. Otters fly "
        yield "for 9 hours [1]. Bees hum [2]."
        yield Usage()

    out = [each async for each in gate(model(), [passage("Otters swim.")], supports=support)]  # type: ignore[arg-type]
    assert (
        "".join(each for each in out if isinstance(each, str)) == "Otters swim [1]. Otters fly for 9 hours. Bees hum."
    )
    assert [each.marker for each in out if isinstance(each, Citation)] == [1]


async def test_quotes_keep_all_their_markers_and_sources_and_so_does_the_cache(tmp_path: Path) -> None:
    async with house(tmp_path, DOCUMENTS) as agents:
        for _ in range(2):
            _, text, ending = await asked(agents, "How do I request a refund?")
            assert "[1]" in text
            assert [source for source in ending.sources if source.marker == 1]
        assert ending.metrics.cache_status == "hit"


async def test_a_model_that_quotes_is_cited_through_the_house(tmp_path: Path) -> None:
    from agents.house import open_agents
    from tests.agents.samples import write

    async with (
        model_server() as server,
        open_openai(api_key=None, base_url=server.url, model="quote") as model,
        open_agents(data_dir=tmp_path / "data", documents=write(tmp_path / "documents"), model=model) as agents,
    ):
        _, text, _ = await asked(agents, "Can the first payment of a monthly plan be refunded?")
        assert text.endswith(" [1].")


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        (
            "Entries are buffered if the target cannot be reached.",
            "If the target can't be reached, entries are buffered",
            "If the target can be reached, entries are buffered",
        ),
        (
            "A link can be copied, but a folder cannot.",
            "You can copy a link, but not a folder",
            "You can copy a folder",
        ),
        (
            "Tickets are stored in Ghent regardless of the region of the workspace.",
            "Tickets are stored in Ghent, whichever region the workspace has",
            "Tickets are stored in Ghent in the region of the workspace",
        ),
        (
            "Pellmere combines several workspaces on a single invoice.",
            "Several workspaces get a single invoice",
            "Several invoices are for a single workspace",
        ),
        (
            "An email is sent after every failed attempt.",
            "After each failed attempt, an email is sent",
            "After the last failed attempt, an email is sent",
        ),
        ("Only owners can buy packs.", "Packs can only be bought by owners", "Packs can be bought by admins only"),
        (
            "A member reports the loss to an admin.",
            "The loss is reported to an admin by a member",
            "The loss is reported to a member by an admin",
        ),
        (
            "The move is arranged by the sales team.",
            "The sales team arranges the move",
            "The support team arranges the move",
        ),
        (
            "Uninstalling the client keeps all local files.",
            "If you uninstall the client, local files are kept",
            "If you uninstall the client, local files are removed",
        ),
        (
            "A switch from monthly to annual billing is immediate.",
            "Switching from monthly to annual billing is immediate",
            "Switching from annual to monthly billing is immediate",
        ),
        ("A code is required for every login.", "Every login requires a code", "A code is optional for every login"),
        (
            "Admins cannot open the folder unless the member is deactivated.",
            "Admins can open the folder only if the member is deactivated",
            "Admins can open the folder at any time",
        ),
        (
            "A seat must be empty before it can be removed, so deactivate the member first.",
            "First deactivate the member, and remove the seat afterwards",
            "First remove the seat, and deactivate the member afterwards",
        ),
        (
            "The total of an invoice cannot be changed by a correction, except for VAT.",
            "Except for VAT, a correction cannot change the total of an invoice",
            "A correction cannot change the total of an invoice, and that includes the VAT",
        ),
        (
            "The upload volume applies to the whole workspace.",
            "The upload volume applies to the workspace as a whole",
            "Each user has an upload volume that applies",
        ),
        (
            "Each company can use one trial.",
            "Each company may use one trial",
            "Each user of a company can use one trial",
        ),
        (
            "Affected customers are informed by email.",
            "The affected customers are informed by email",
            "All customers are informed by email",
        ),
        (
            "Files in the EU region are stored in Frankfurt with a second copy in Amsterdam.",
            "EU region files are stored in Frankfurt with a copy in Amsterdam",
            "EU region files are stored in Amsterdam with a copy in Frankfurt",
        ),
        (
            "Pellmere remains liable for the work of its subprocessors.",
            "Pellmere remains liable for its subprocessors' work",
            "Subprocessors remain liable for the work of Pellmere",
        ),
        (
            "The browser then sets only necessary cookies.",
            "The browser sets only cookies that are necessary",
            "The browser sets necessary and analytics cookies",
        ),
        (
            "Deactivating a member revokes all personal tokens of that member.",
            "When you deactivate a member, all personal tokens of that member are revoked",
            "When you deactivate a member, all service tokens of that person are revoked",
        ),
        (
            "Deleting the app or removing all members does not cancel a subscription.",
            "Deleting the app or removing all members will not cancel a subscription",
            "Deleting the app will not cancel a subscription, but removing all members will",
        ),
        (
            "Security incidents are not published on the status page before affected customers have been informed.",
            "Customers affected by a security incident are informed before it goes on the status page",
            "Customers affected by a security incident are informed after it goes on the status page",
        ),
        (
            "Seat expansion is available on the Business and Enterprise plans and is switched off by default.",
            "On Business and Enterprise, seat expansion stays off until it is turned on",
            "On Business and Enterprise, seat expansion stays on until it is turned off",
        ),
        (
            "Alerts are off unless an admin turns them on.",
            "Alerts are off by default",
            "Alerts are on by default",
        ),
        (
            "Device backups pause until storage is available again.",
            "With the storage full, device backups are put on hold until storage is available",
            "Device backups resume until storage is available",
        ),
        (
            "Features can change or be removed with a notice of 14 days.",
            "With two weeks' notice, features may be changed or taken away",
            "With two weeks' notice, features may be kept or taken away",
        ),
        (
            "You must not delete the old key before you have exported it.",
            "You may delete the old key after you have exported it",
            "You must delete the old key after you have exported it",
        ),
        (
            "The server should not be restarted until the update is done.",
            "The server may be restarted after the update is done",
            "The server should be restarted after the update is done",
        ),
    ],
)
def test_of_two_sentences_with_the_same_words_only_the_one_that_says_the_same_is_supported(
    support: Support, source: str, right: str, wrong: str
) -> None:
    assert support(right, passage(source))
    assert not support(wrong, passage(source))


def test_a_power_of_ten_is_not_supported_by_a_source_that_has_ten(support: Support) -> None:
    def kept(source: str) -> bool:
        one = Gate([passage(source)], support)
        decided = [*one.feed("The limit of the Team plan is 10⁶ requests per day. [1]"), *one.end()]
        return any(isinstance(each, Citation) for each in decided)

    assert kept("The limit of the Team plan is 10⁶ requests per day.")
    assert not kept("The limit of the Team plan is 10 requests per day.")
