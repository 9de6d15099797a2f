"""How a what-if is shown: text as the Azure CLI prints it, Markdown for pull requests, JSON for scripts."""
