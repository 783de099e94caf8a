"""How facts become durable: the log, the fan-out, the writer."""
