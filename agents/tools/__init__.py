"""The tools of agent runs: each file here that has a `TOOL` is one."""
