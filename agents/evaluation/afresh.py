"""A store of answers that keeps none, so that each question is answered afresh and not from another's answer."""

from agents.answers import Changes


class Afresh:
    """An AnswerStore without answers."""

    async def get(self, agent: str, key: str) -> bytes | None:
        return None

    async def put(self, agent: str, key: str, question: str, answer: bytes, ttl: float) -> None:
        pass

    async def drop(self, agent: str, key: str) -> None:
        pass

    async def since(self, agent: str, place: str) -> tuple[Changes, str]:
        return [], place

    async def size(self, agent: str) -> int:
        return 0

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        return 0.0
