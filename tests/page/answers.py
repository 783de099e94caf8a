"""What the model of the page's tests answers: the question says which way."""

import asyncio
import re
import threading
from collections.abc import Iterator

from tests.model_wire import Reply, quoted, script, words

HELD = """{quote}

**How to check it**, step by step:

1. Read the header `X-Pellmere-Signature`.
2. Join the *timestamp*, a full stop and the raw body.
3. Compare both in constant time, as in:

```python
hmac.compare_digest(mine, theirs)  # naïve == leaks time
```

- Größe und Ümläute: “done” — 😀 and 👩‍👩‍👧 too
- A [link](https://docs.pellmere.example/technical/webhooks) that stays

| Header | Meaning |
|---|---|
| `X-Pellmere-Signature` | HMAC-SHA256 |

{hold}That is all there is to it, and it takes a few lines of code in most languages. Keep the signing secret out of
the repository, roll it when somebody leaves, and remember that the old one is valid for another day after rolling.
"""

HOLD = "\0"
GO = threading.Event()
"""Lets an answer that waits in its middle go on: the model runs in a thread of its own."""

PICTURE = """{quote}

1. Join the timestamp, a full stop and the **raw** body, and sign them with HMAC-SHA256 and your signing secret [1].
2. Compare the result with the header, in constant time:

```python
hmac.compare_digest(expected, request.headers["X-Pellmere-Signature"])
```

3. Reject deliveries with a timestamp older than **5 minutes** [1].

The signing secret can be rolled, and both secrets are valid for 24 hours after rolling [1]. While you try it out, the
delivery log shows the request, the response and the duration of each delivery, and **Redeliver** sends one again.
"""

HOSTILE = """<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"> <b>bold?</b>

[click me](javascript:window.hacked=3) and [me](JaVaScRiPt:window.hacked=4) or [data](data:text/html,<script>1</script>)
and [tab](java\tscript:window.hacked=5) and ![picture](https://evil.example/track.png) <https://evil.example/>

<iframe src="https://evil.example/"></iframe><style>body{{display:none}}</style><svg onload="window.hacked=6">

{giant}

| a | b |
|---|---|
| {giant} | <a href="javascript:window.hacked=7">x</a> |

`{giant}`

```html
<script>window.hacked = 8</script> {giant}
```

\u202eright to left override \u2066 isolate \u200f mark

{quotes} so deep

{stars}**a*_`[[[](

{quote}
"""


def asked(reply: Reply) -> str:
    """The question itself, without the prompt around it."""
    found = re.search(r"<question>\s*(.*?)\s*</question>", reply.request.asked, re.DOTALL)
    return found.group(1) if found else reply.request.asked


def hostile(quote: str) -> str:
    """An answer that tries everything."""
    return HOSTILE.format(giant="W" * 600, quotes=">" * 400, stars="*" * 300 + "[" * 300, quote=quote)


def long_answer(tokens: int) -> Iterator[str]:
    """Paragraphs, lists and code of about so many tokens."""
    for n in range(tokens):
        match n % 50:
            case 0:
                yield f"\n\nPart {n // 50} is about"
            case 20:
                yield "\n\n- an **item** of"
            case 30:
                yield "\n- another with `code` and"
            case 40:
                yield "\n\n1. numbered,"
            case _:
                yield f" word{n}"


@script("page")
async def page(reply: Reply) -> None:
    """By the question: to the middle until told to go on, step by step (5 s), at length (5,000 tokens in 8 s), `?!`
    hostile; else a quotation."""
    question, quote = asked(reply), quoted(reply.request.asked)
    await reply.start()
    if "?!" in question:
        await reply.text(*re.findall(r".{1,40}", hostile(quote), re.DOTALL))
    elif "at length" in question:
        pieces = list(long_answer(5000))
        for start in range(0, len(pieces), 10):
            await reply.text(*pieces[start : start + 10])
            await asyncio.sleep(0.015)
    elif "wait for me" in question:
        before, after = HELD.format(quote=quote, hold=HOLD).split(HOLD)
        for piece in words(before):
            await reply.text(piece)
            await reply.until_gone(0.02)
        while not GO.is_set():
            await reply.until_gone(0.01)
        await reply.text(*words(after))
    elif "step by step" in question:
        for piece in words(PICTURE.format(quote=quote)):
            await reply.text(piece)
            await reply.until_gone(0.05)
        await reply.text("\n")
    else:
        await reply.text(*words(quote))
    await reply.finish()
