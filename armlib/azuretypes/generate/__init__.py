"""A library of Jsonnet functions for resource types, generated from their definitions.

plan.py        which types, and the tree that they form
render.py      a tree -> the text of every file
arguments.py   what ``new`` takes
prose.py       what the documentation says
jsonnet.py     Jsonnet text, and names in it
folder.py      the files of a library: what was generated before, what is foreign, writing
base.libsonnet what the generated files have in common; it is copied into each library
"""

from armlib.azuretypes.generate.folder import Library, generate

__all__ = ["Library", "generate"]
