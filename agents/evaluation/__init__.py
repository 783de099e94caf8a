"""The measuring instrument: questions with known answers, asked and counted."""
