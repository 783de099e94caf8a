"""The openai client's errors, and the error objects of its wire format, as ours.

The messages are shown to users: they hold neither the key nor an address. What a provider says of a key is left out,
since it quotes parts of it.
"""

from openai import APIConnectionError, APIStatusError, OpenAIError

from agents.errors import AgentError, ModelRateLimited, ModelRejected, ModelTimeout, ModelUnavailable

MAX_REASON = 300
"""Characters of a provider's own words that are passed on."""
MIN_KEY = 8
"""Characters; what is shorter is a placeholder, and may be a word of the message."""

_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_RATE = {"rate_limit_exceeded", "rate_limit_error", "429"}
_REJECTED = {"invalid_request_error", "content_filter", "context_length_exceeded", "model_not_found", "400", "404"}
_KEY = {"invalid_api_key", "authentication_error", "permission_error", "401", "403"}


def translated(error: OpenAIError, *, key: str) -> AgentError:
    """What the client raised, as ours; `key` is struck out of the provider's words."""
    match error:
        case APIStatusError():
            return _from_status(error, key)
        case APIConnectionError() if _timed_out(error):
            return ModelTimeout("The model could not be reached in time.")
        case APIConnectionError():
            return ModelUnavailable("The model could not be reached.")
        case _:
            return ModelUnavailable("The model could not be asked.")


def from_object(error: object, *, key: str) -> AgentError:
    """An `error` object that came in place of a chunk."""
    told = error if isinstance(error, dict) else {"message": error}
    names = {str(told.get("code")), str(told.get("type"))}
    if names & _QUOTA:
        return _quota()
    if names & _RATE:
        return ModelRateLimited("The model's provider is limiting the rate of requests.")
    if names & _KEY:
        return _refused_key()
    if names & _REJECTED:
        return ModelRejected(f"The model's provider refused the request{_reason(told.get('message'), key)}")
    return ModelUnavailable("The model's provider reported an error in mid-answer.")


def _from_status(error: APIStatusError, key: str) -> AgentError:
    status = error.status_code
    if status in (401, 403):
        return _refused_key()
    if {error.code, error.type} & _QUOTA:
        return _quota()
    if status == 429:
        return ModelRateLimited("The model's provider is limiting the rate of requests.")
    if status >= 500 or status in (408, 409):
        return ModelUnavailable(f"The model's provider failed (HTTP {status}).")
    told = error.body if isinstance(error.body, dict) else {}
    return ModelRejected(f"The model's provider refused the request (HTTP {status}){_reason(told.get('message'), key)}")


def _refused_key() -> ModelRejected:
    return ModelRejected("The model's provider refused the key: check OPENAI_API_KEY.")


def _quota() -> ModelRejected:
    return ModelRejected("The account at the model's provider has no quota left.")


def _reason(said: object, key: str) -> str:
    if not isinstance(said, str) or not said.strip():
        return "."
    if len(key) > MIN_KEY:
        said = said.replace(key, "…")
    return ": " + said.strip()[:MAX_REASON]


def _timed_out(error: BaseException) -> bool:
    """Asked of the causes: over the aiohttp transport the client calls a refused connection a timeout, too."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, TimeoutError):
        cause = cause.__cause__
    return cause is not None
