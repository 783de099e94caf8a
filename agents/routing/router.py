"""Who answers: chosen by examples, with the runner-up and the reason; "none of these" is a choice too."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp
from typing import Literal, cast, get_args

from agents.passage import Domain
from agents.routing.classifier import Classifier, Scores
from agents.routing.examples import Label
from agents.standalone import Standalone
from streaming.events import AgentId, RoutingData, RunnerUp

SHARPNESS = 4.5
"""How decidedly scores become probabilities: softmax(SHARPNESS · score)."""
DOCUMENT_WEIGHT = 2.0
"""Weight of the evidence in the documents. Of the bundled dev questions, also asked after a turn on another
subject, 301 of 319 are routed right with it; with 1.5 298, with 2.5 299."""
NONE_OF_THESE = 0.35
"""Added to the score of "none", half of it to small talk's, since the documents' evidence is added to the others'."""
EVIDENT = 0.75
"""Evidence in the documents from which a question is not off topic, however far it is from the examples: these speak of
other documents than an operator's. Of the 157 bundled examples of what is off topic, and 100 such texts of CLINC150,
the most has .53; of 600 others of its texts, on banks, cars and the weather, three that ask how to cancel have more.
"""
LEAN = 0.4
"""Added to the score of the agent that answered before, for a message that leans on the turn before it."""


Span = tuple[Domain | Literal["none"], str]
"""One question of a message, and the domain it belongs to; "none" for one that is off topic."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers: an agent, or for "none" the orchestrator, which declines.

    `spans` are the questions of a message of several domains, which the orchestrator answers from these. `chances` are
    the labels' probabilities; `doubtful` says that help was sought with the choice, in vain.
    """

    label: Label
    data: RoutingData
    spans: tuple[Span, ...] = ()
    chances: Mapping[str, float] = field(default_factory=dict)
    doubtful: bool = False

    @property
    def agent(self) -> AgentId:
        """The agent that answers."""
        return self.data.target_agent


class Router:
    """Routes messages. CPU only, about 1 ms: use a thread."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    @property
    def classifier(self) -> Classifier:
        """What routes are chosen by at the moment."""
        return self._classifier

    def learn(self, classifier: Classifier) -> None:
        """Choose by this one from the next question on."""
        self._classifier = classifier

    def __call__(
        self, question: Standalone, *, documents: Mapping[str, float], previous: AgentId | None = None
    ) -> Route:
        """The route of a question.

        `documents` says for each domain how much evidence for an answer lies there, 0..1; `previous` is the agent that
        answered the turn before.
        """
        scores = self._classifier(question.parts)
        evidence = {label: max(documents.get(label, 0.0), documents.get("general", 0.0)) for label in get_args(AgentId)}
        evidence["orchestrator"] = 0.0  # it answers from no documents itself
        found = {label: fit + DOCUMENT_WEIGHT * evidence.get(label, 0.0) for label, fit in scores.fits.items()}
        found["none"] = found.get("none", 0.0) + NONE_OF_THESE
        if max(evidence.values()) >= EVIDENT:
            found["none"] = 0.0
        found["orchestrator"] = found.get("orchestrator", 0.0) + NONE_OF_THESE / 2
        leaning = question.follows_up and previous in ("billing", "technical", "policy")
        if leaning and previous:
            found[previous] = found.get(previous, 0.0) + LEAN
            found["orchestrator"] = found.get("orchestrator", 0.0) - LEAN
            found["none"] = found.get("none", 0.0) - LEAN
        chances = _softmax(found)
        ranked = sorted(chances.items(), key=lambda each: -each[1])
        label = cast(Label, ranked[0][0])
        agent = _agent(label)
        second = next(((other, chance) for other, chance in ranked if _agent(other) != agent), None)
        return Route(
            label,
            RoutingData(
                intent=_INTENTS[label],
                confidence=round(ranked[0][1], 4),
                target_agent=agent,
                reasoning=_reasoning(label, scores, evidence, previous if leaning else None),
                runner_up=RunnerUp(target_agent=_agent(second[0]), confidence=round(second[1], 4)) if second else None,
                margin=round(ranked[0][1] - second[1], 4) if second else None,
            ),
            chances=chances,
        )


def instead(route: Route, label: Label, reasoning: str) -> Route:
    """The route of the same message to another place: the agent that it would have gone to is the runner-up."""
    agent = _agent(label)
    second = RunnerUp(target_agent=route.agent, confidence=route.data.confidence)
    data = RoutingData(
        intent=_INTENTS[label],
        confidence=round(route.chances.get(label, 0.0), 4),
        target_agent=agent,
        reasoning=reasoning,
        runner_up=second if agent != route.agent else route.data.runner_up,
        margin=0.0,
    )
    return replace(route, label=label, data=data)


def named(agent: AgentId) -> Route:
    """The route where the caller named the agent."""
    data = RoutingData(
        intent=_INTENTS[agent], confidence=1.0, target_agent=agent, reasoning="The caller asked for this agent."
    )
    return Route(agent, data)


_INTENTS: Mapping[str, str] = {
    "billing": "billing question",
    "technical": "technical question",
    "policy": "policy question",
    "orchestrator": "small talk",
    "none": "off topic",
}


def _agent(label: str) -> AgentId:
    return "orchestrator" if label == "none" else cast(AgentId, label)


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    top = max(scores.values())
    powers = {label: exp(SHARPNESS * (score - top)) for label, score in scores.items()}
    total = sum(powers.values())
    return {label: power / total for label, power in powers.items()}


def _reasoning(label: str, scores: Scores, evidence: Mapping[str, float], previous: AgentId | None) -> str:
    alike = [(text, cosine) for owner, text, cosine in scores.nearest if owner == label]
    said = f"{len(alike)} of the {len(scores.nearest)} nearest examples are {_KINDS[label]}"
    if alike:
        said += f", the closest “{alike[0][0]}” (similarity {alike[0][1]:.2f})"
    if found := evidence.get(label):
        said += f"; the evidence in the {label} documents is {found:.0%} of what it could be"
    went_on = f" It goes on from a turn that {previous} answered." if previous else ""
    return f"{said}.{went_on}"


_KINDS: Mapping[str, str] = {
    "billing": "about billing",
    "technical": "technical",
    "policy": "about policy",
    "orchestrator": "small talk",
    "none": "off topic",
}
