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

    async def look(self, agent: str, key: str, place: str) -> tuple[bytes | None, int, Changes, str]:
        return None, 0, [], place

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        return 0.0
