"""Who answers, and from what: held to it."""
