"""What can go wrong while answering; each becomes a `run.failed` with its code."""


class AgentError(Exception):
    """An answer could not be given. `retryable`: asking again may help. The message is shown to the user."""

    code = "agent_error"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ModelUnavailable(AgentError):
    """The model could not be reached, refused for load, or failed on its side."""

    code = "model_unavailable"
    retryable = True


class ModelRateLimited(ModelUnavailable):
    """The model's provider answered 429, also after the client's retries."""

    code = "model_rate_limited"


class ModelTimeout(ModelUnavailable):
    """The model did not answer, or stopped in mid-answer, for longer than the limit."""

    code = "model_timeout"


class ModelStreamBroken(ModelUnavailable):
    """The model's stream was cut or malformed before its end."""

    code = "model_stream_broken"


class ModelRejected(AgentError):
    """The model's provider refused the request itself: its key, the model's name, or the content."""

    code = "model_rejected"


class IndexUnavailable(AgentError):
    """The vector index could not be searched."""

    code = "index_unavailable"
    retryable = True
