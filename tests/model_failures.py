"""How a model's server fails: with an error, in the middle of an answer, without a word, or with nothing to say."""

from tests.model_scripts import quote
from tests.model_wire import Hangup, Reply, delta, script

FAILS_UNSTREAMED = {"429", "500", "401", "404", "400", "hangup", "slow-start", "json", "json-garbage"}
"""Scripts that also tell how embeddings fail, and completions that are not streamed."""


@script("429")
async def too_many(reply: Reply) -> None:
    wait = {"retry_after_ms": reply.options["ms"]} if "ms" in reply.options else {}
    wait |= {"retry_after": reply.options.get("after", "0.01")}
    await reply.error(429, "Slow down", "rate_limit_exceeded", **wait)


@script("quota")
async def quota(reply: Reply) -> None:
    await reply.error(429, "You exceeded your current quota", "insufficient_quota", retry_after="0.01")


@script("500")
async def failing(reply: Reply) -> None:
    await reply.error(500, "Oops", "server_error", retry_after="0.01")


@script("401")
async def unauthorised(reply: Reply) -> None:
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.error(401, f"Incorrect API key provided: {key}.", "invalid_api_key")


@script("403")
async def forbidden(reply: Reply) -> None:
    await reply.error(403, "Country not supported", "unsupported_country")


@script("404")
async def unknown(reply: Reply) -> None:
    await reply.error(404, "The model `404` does not exist", "model_not_found")


@script("400")
async def refused(reply: Reply) -> None:
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.error(400, f"Prompt too long for {key}", "context_length_exceeded")


@script("cut")
async def cut(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    raise Hangup


@script("cut-politely")
async def cut_politely(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.end()


@script("hangup")
async def hangup(reply: Reply) -> None:
    raise Hangup


@script("malformed")
async def malformed(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.raw(b'data: {"choices": [{"delta"\n\n')
    await reply.hang()


@script("malformed-end")
async def malformed_end(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.raw(b'data: {"choices": [{"delta"')
    await reply.end()


@script("wrong-shape")
async def wrong_shape(reply: Reply) -> None:
    await reply.start()
    await reply.event({"choices": [["delta"]]})
    await reply.hang()


@script("stall")
async def stall(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.hang()


@script("slow-start")
async def slow_start(reply: Reply) -> None:
    """Nothing at all for `delay` seconds (60)."""
    await reply.until_gone(reply.option("delay", 60))
    await quote(reply)


@script("silent-start")
async def silent_start(reply: Reply) -> None:
    await reply.start()
    await reply.hang()


@script("trickle")
async def trickle(reply: Reply) -> None:
    """Signs of life for ever, and never an answer."""
    await reply.start()
    while True:
        await reply.raw(b": still thinking\n\n")
        await reply.until_gone(0.01)


@script("error-mid-stream")
async def error_mid_stream(reply: Reply) -> None:
    await reply.start()
    await reply.text("The")
    code = reply.options.get("code", "server_error")
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.event({"error": {"message": f"No more of this for {key}", "type": code, "code": None}})
    await reply.hang()


@script("json")
async def plain(reply: Reply) -> None:
    await reply.json(200, {"choices": [{"message": {"content": "Not streamed."}}]})


@script("json-garbage")
async def plain_garbage(reply: Reply) -> None:
    body = b"{garbage"
    await reply.send(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    )


@script("json-error")
async def plain_error(reply: Reply) -> None:
    await reply.json(200, {"error": {"message": "Slow down", "type": "rate_limit_error"}})


@script("content-filter")
async def content_filter(reply: Reply) -> None:
    await reply.start()
    await reply.text("The")
    await reply.finish("content_filter")


@script("refusal")
async def refusal(reply: Reply) -> None:
    await reply.start()
    await reply.event(delta({"refusal": "I cannot"}))
    await reply.finish()


@script("empty")
async def empty(reply: Reply) -> None:
    await reply.start()
    await reply.finish(reply.options.get("finish", "stop"))
