"""Lint: rules that say what a template, a parameters file, a portal form or a Jsonnet source had better not hold.

rule.py        what a rule is, and what it finds
rules/         one file a rule
registry.py    all of them
subject.py     what rules look at: templates with their expressions parsed, parameters files, forms, sources
check.py       subject + rules + settings -> diagnostics
suppression.py what a comment or metadata asks to be left out, with its reason
document.py    where in a JSON text a path stands
fix.py         edits of the text, so that formatting and comments stay
user_rules.py  rules of a project, in Jsonnet or Python
pages.py       the reference page, made from the rules
"""
