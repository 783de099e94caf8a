"""How a model's server calls tools: several at once, one after another, wrongly, and for ever."""

import json
from typing import Any

from tests.model_wire import Reply, Request, delta, script, words


def outputs(request: Request) -> list[Any]:
    """What the tools have returned so far, in order."""
    return [json.loads(each["content"]) for each in request.body["messages"] if each["role"] == "tool"]


async def call(reply: Reply, *calls: tuple[str, str], saying: str = "") -> None:
    """Ask for tool calls as OpenAI streams them, after some text: each call's head, then its arguments in pieces."""
    await reply.start()
    await reply.event(delta({"role": "assistant", "content": None}))
    await reply.text(*words(saying))
    done = len(outputs(reply.request))
    for index, (name, arguments) in enumerate(calls):
        head = {"index": index, "id": f"call_{done + index}", "type": "function"}
        await reply.event(delta({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]}))
        for start in range(0, len(arguments), 7):
            piece = {"index": index, "function": {"arguments": arguments[start : start + 7]}}
            await reply.event(delta({"tool_calls": [piece]}))
    await reply.finish("tool_calls", tokens=5)


async def say(reply: Reply, text: str) -> None:
    await reply.start()
    await reply.text(*words(text))
    await reply.finish()


@script("tools-three")
async def tools_three(reply: Reply) -> None:
    """Two calls in parallel, then a third that rests on them, then the answer."""
    got = outputs(reply.request)
    if not got:
        await call(reply, ("calculate", '{"expression": "(199 - 20) * 12"}'), ("current_time", "{}"))
    elif len(got) == 2:
        await call(reply, ("search_knowledge", '{"query": "refunds", "limit": 2}'))
    else:
        await say(reply, f"It comes to {got[0]['result']}, and {len(got[2]['passages'])} passages tell of refunds.")


@script("tools-cites")
async def tools_cites(reply: Reply) -> None:
    """Cites a passage before it has searched, then one that was found, and one that there is not."""
    if not outputs(reply.request):
        search = ("search_knowledge", '{"query": "refunds", "limit": 1}')
        await call(reply, search, saying="I look it up [1].")
    else:
        await say(reply, "Refunds are told of [1], and of the moon nothing [2].")


@script("tools-mended")
async def tools_mended(reply: Reply) -> None:
    """Bad arguments, of two kinds; told why, the model mends them."""
    got = outputs(reply.request)
    if not got:
        await call(reply, ("calculate", '{"sum": "1 + 1"}'), ("calculate", '{"expression": '))
    elif len(got) == 2:
        assert all("error" in each for each in got), got
        await call(reply, ("calculate", '{"expression": "1 + 1"}'))
    else:
        await say(reply, f"The result is {got[2]['result']}.")


@script("tools-call")
async def tools_call(reply: Reply) -> None:
    """Calls the tool `name` with the arguments `with`, and tells what came of it."""
    got = outputs(reply.request)
    if not got:
        await call(reply, (reply.options["name"], reply.options.get("with", "{}")))
    else:
        await say(reply, f"It says: {json.dumps(got[0])}")


@script("tools-forever")
async def tools_forever(reply: Reply) -> None:
    """Calls a tool whenever it may, and `stubborn=1` also when it may not."""
    if reply.request.body.get("tool_choice") == "none" and "stubborn" not in reply.options:
        await say(reply, "I have looked long enough.")
    else:
        await call(reply, ("calculate", '{"expression": "1"}'))
