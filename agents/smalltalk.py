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


def decline(verdict: Verdict, near: Sequence[Passage]) -> str:
    """What is said instead of an answer that the documents do not support, with the pages that come nearest."""
    titles = list(dict.fromkeys(passage.title for passage in near))[:3]
    nearest = _listed(titles)
    if verdict == "underspecified":
        about = f" I found pages about {nearest}." if titles else ""
        return f"Could you tell me a little more about what you would like to know?{about}"
    about = f" The nearest pages are about {nearest}; ask me about those, or contact support." if titles else ""
    return f"I could not find an answer to that in the documents.{about}"


def _listed(titles: Sequence[str]) -> str:
    quoted = [f"“{title}”" for title in titles]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else ""
