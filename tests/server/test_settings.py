"""Settings that name services: which go together."""

import pytest
from pydantic import ValidationError

from server.settings import Settings


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"openai_embedding_model": "e"}, "needs OPENAI_API_KEY or OPENAI_BASE_URL"),
        ({"cohere_embedding_model": "e"}, "needs COHERE_API_KEY"),
        (
            {
                "openai_api_key": "k",
                "cohere_api_key": "k",
                "openai_embedding_model": "e",
                "cohere_embedding_model": "e",
            },
            "an index has one",
        ),
    ],
)
def test_an_embedding_model_needs_its_one_provider(given: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]


def test_a_cohere_key_reranks_unless_no_model_shall() -> None:
    assert not Settings(_env_file=None).reranks  # type: ignore[call-arg]
    assert Settings(_env_file=None, cohere_api_key="k").reranks  # type: ignore[arg-type, call-arg]
    assert not Settings(_env_file=None, cohere_api_key="k", cohere_rerank_model="none").reranks  # type: ignore[arg-type, call-arg]


@pytest.mark.parametrize(
    "given",
    [
        "shop.example",
        "https://shop.example/",
        "https://shop.example/page",
        "https://",
        "https://*.example",
        "https://bücher.example",
    ],
)
def test_an_allowed_origin_that_no_browser_would_send_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="is no origin: give scheme and host alone"):
        Settings(_env_file=None, allowed_origins=f"https://a.example, {given}")  # type: ignore[arg-type, call-arg]


def test_allowed_origins_are_taken_as_browsers_write_them() -> None:
    given = "https://Shop.Example:443, http://a.example:80, http://127.0.0.1:5173, app://x, null, *"
    settings = Settings(_env_file=None, allowed_origins=given)  # type: ignore[arg-type, call-arg]
    taken = ("https://shop.example", "http://a.example", "http://127.0.0.1:5173", "app://x", "null", "*")
    assert settings.allowed_origins == taken
