"""How diagnostics are shown: text for people, JSON for scripts, SARIF for other tools."""
