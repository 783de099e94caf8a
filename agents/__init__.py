"""Who answers, and from what."""
