"""The rules that every template is held to, one file each; a rule takes a linked template and gives diagnostics."""
