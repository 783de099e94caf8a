"""What the orchestrator says itself, without looking anything up: greetings, thanks, and what it is. Pure."""

import re
from collections.abc import Sequence

from agents.passage import Passage
from streaming.events import Verdict

_REPLIES: tuple[tuple[str, str], ...] = (
    (
        r"\b(?:bye|goodbye|see you|good night|that(?:'s| is| was) all|have a (?:nice|good|great))\b",
        "Goodbye! Come back whenever a question comes up.",
    ),
    (
        r"\b(?:thanks?|thank you|thx|cheers|appreciate|great help|helped|awesome|perfect)\b",
        "You're welcome! Is there anything else you would like to know?",
    ),
    (
        r"\byou (?:a |an )?(?:real |actual )?(?:human|person|bot|robot|machine|ai|real|chatbot|program|people)\b",
        "I'm an automated assistant, not a person. I answer from the company's own documents and cite where each "
        "statement stands.",
    ),
    (
        r"\b(?:who|what) (?:are|r) (?:you|u)\b|\byour name\b|\bwhat(?:'s| is) this (?:chat|bot|assistant)\b"
        r"|\bwho (?:made|built) you\b",
        "I'm the support assistant. Billing, technical and policy agents stand behind me; I route each question to the "
        "right one, and the answer cites the documents it rests on.",
    ),
    (
        r"\b(?:can|could|do|will) you\b|\bhelp\b|\bhow do(?:es)? (?:you|this)\b|\bwhat (?:can|do|could)\b|\bsources?\b",
        "I answer questions about billing, technical and policy matters from the company's documents, and cite where "
        "each statement stands. For example: how refunds work, what an error code means, or how long data is kept.",
    ),
    (
        r"\b(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))\b",
        "Hello! Ask me anything about billing, technical or policy matters.",
    ),
)
_ELSE = "I'm here to help with questions about billing, technical and policy matters. What would you like to know?"


def reply(text: str) -> str:
    """The orchestrator's own answer to small talk."""
    low = text.lower()
    return next((answer for pattern, answer in _REPLIES if re.search(pattern, low)), _ELSE)


def off_topic() -> str:
    """What is said to a question that is none of ours."""
    return (
        "I can't help with that: I only answer questions about billing, technical and policy matters from the "
        "company's documents. Ask me, for example, how refunds work or what an error code means."
    )


def out_of_place() -> str:
    """What is said to one question of several that is none of ours."""
    return "I can't help with that. I only answer questions about billing, technical and policy matters."


def decline(verdict: Verdict, near: Sequence[Passage], missing: Sequence[str] = (), unclear: str | None = None) -> str:
    """What is said instead of an answer that the documents do not support, with the pages that come nearest.

    `missing` are words of the question that no document has, `unclear` what it points at without having named it.
    """
    nearest = _listed([title for title in dict.fromkeys(passage.title for passage in near) if title][:3])
    if verdict == "underspecified":
        asks = (
            f"Which {unclear} do you mean?"
            if unclear
            else "Could you tell me a little more about what you would like to know?"
        )
        return f"{asks} I found pages about {nearest}." if nearest else asks
    says = f"I could not find an answer to that in the documents{_because(missing)}."
    return f"{says} The nearest pages are about {nearest}; ask me about those, or contact support." if nearest else says


def left_open(missing: Sequence[str]) -> str:
    """What is added to an answer that the documents support in part."""
    if missing:
        return f"I could not find everything that you ask about in the documents{_because(missing)}."
    return "I am not sure that this answers all of your question; I found nothing closer in the documents."


def _because(missing: Sequence[str]) -> str:
    words = _listed(missing[:3])
    return f": {words} {'do' if len(missing) > 1 else 'does'} not occur in them" if words else ""


def _listed(titles: Sequence[str]) -> str:
    quoted = [f"“{title}”" for title in titles]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else ""
