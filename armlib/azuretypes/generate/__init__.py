"""A library of Jsonnet functions for resource types, generated from their definitions.

plan.py        which types, and the tree that they form
render.py      types -> the text of every file
version.py     the files of one version of a namespace
members.py     what an object has for its properties
arguments.py   what ``new`` takes
prose.py       what the documentation says
jsonnet.py     Jsonnet text, and names in it
folder.py      the files of a library: what was generated before, what is foreign, writing
base.libsonnet what the generated files have in common; it is copied into each library
"""

from armlib.azuretypes.generate.folder import Library, generate

__all__ = ["Library", "generate"]
