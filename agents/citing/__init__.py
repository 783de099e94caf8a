"""Markers of citations, let out where their source says what the sentence says; links, where one names their host."""
