"""Content hashes, by which what is unchanged is told from what changed."""

import hashlib


def content_hash(data: bytes) -> str:
    """Of a file's bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def chunk_hash(title: str, url: str, text: str) -> str:
    """Of a chunk as it is cited: another title, URL or text makes another hash."""
    return content_hash("\0".join((title, url, text)).encode())
