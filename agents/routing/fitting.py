"""A fitted classifier kept on disk, so that it is fitted only when its examples change."""

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from agents.embedding import Embedding
from agents.routing.classifier import REGULARISATION, Classifier, Fitted

_log = logging.getLogger(__name__)


def kept(
    path: Path, examples: Mapping[str, Sequence[str]], embedding: Embedding, *, unfamiliar: Sequence[str] = ()
) -> Classifier:
    """The classifier of these examples: taken from `path` if it was fitted for them, else fitted and kept there."""
    key = _key(examples, embedding)
    fitted = _read(path, key)
    classifier = Classifier(examples, embedding, unfamiliar=unfamiliar, fitted=fitted)
    if fitted is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.npz")  # another process may learn the same at the same time
        np.savez(temporary, key=np.asarray(key), weights=classifier.fitted.weights, bias=classifier.fitted.bias)
        temporary.replace(path)
    return classifier


def _read(path: Path, key: str) -> Fitted | None:
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return Fitted(stored["weights"], stored["bias"]) if str(stored["key"]) == key else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        _log.warning("fitted anew, since %s cannot be read: %s", path, error)
        return None


def _key(examples: Mapping[str, Sequence[str]], embedding: Embedding) -> str:
    digest = hashlib.blake2b(f"2 {embedding.name} {REGULARISATION}".encode(), digest_size=16)
    for label, texts in examples.items():
        for text in (label, *texts):
            digest.update(text.encode() + b"\0")
        digest.update(b"\1")
    return digest.hexdigest()
