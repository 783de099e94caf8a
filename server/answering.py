"""How a run is answered: by the agents or by the tool loop, watched by whoever counts and traces."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol, cast

import orjson

from agents.question import Answerer, Question, Turn
from agents.task import Task
from streaming.events import Output
from streaming.log import Run
from streaming.runs import Answer

HISTORY = 10
"""Earlier questions that an agent is told of."""

Worker = Callable[[Task], AsyncIterator[Output]]
"""What works on an agent run: as an Answerer, with tools."""


class Watcher(Protocol):
    """Looks on while one attempt at a run is answered; must be quick."""

    def first_token(self) -> None:
        """The answer begins."""
        ...

    def fact(self, fact: object) -> None:
        """A fact was yielded."""
        ...

    def end(self, error: BaseException | None) -> None:
        """The answer is over; `error` as it was raised, or what stopped it (CancelledError, GeneratorExit)."""
        ...


Watch = Callable[[Run], Watcher]


def answer_with(answerer: Answerer, worker: Worker, watches: Sequence[Watch] = ()) -> Answer:
    """The agents as the runs call them: the run's message with what was said before it."""

    def begin(run: Run, earlier: Sequence[Run]) -> AsyncGenerator[Output, None]:
        request = run.request
        if request.kind == "agent_run":
            task = Task(
                instructions=request.message,
                input_data=request.options.get("input_data"),
                tools=tuple(request.options.get("tools", ())),
                model=request.options.get("model"),
                history=history(earlier),
            )
            output = worker(task)
        else:
            output = answerer(Question(request.message, history=history(earlier), agent=request.agent))
        return cast("AsyncGenerator[Output, None]", output)

    async def answer(run: Run, earlier: Sequence[Run]) -> AsyncGenerator[Output, None]:
        watchers = [watch(run) for watch in watches]
        began = False
        try:
            async with aclosing(begin(run, earlier)) as output:
                async for item in output:
                    if type(item) is not str:
                        for watcher in watchers:
                            watcher.fact(item)
                    elif not began:
                        began = True
                        for watcher in watchers:
                            watcher.first_token()
                    yield item
        except BaseException as error:
            for watcher in watchers:
                watcher.end(error)
            raise
        for watcher in watchers:
            watcher.end(None)

    return answer


def history(earlier: Sequence[Run]) -> tuple[Turn, ...]:
    """The turns of the completed runs, oldest first."""
    turns: list[Turn] = []
    for run in [run for run in earlier if run.state == "completed" and run.ending is not None][-HISTORY:]:
        data = orjson.loads(run.ending or b"")["data"]
        turns += [Turn("user", run.request.message), Turn("agent", data["message"], data["agent"])]
    return tuple(turns)
