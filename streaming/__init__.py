"""How facts become durable and reach every reader."""
