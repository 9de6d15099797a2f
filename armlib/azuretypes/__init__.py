"""Azure's resource types: a local store of the published definitions, and the checks made with them.

source.py     where definitions come from: a folder, an archive, an address
install.py    definitions -> the store, in one atomic step
store.py      the store: one SQLite file, read a node at a time
model.py      what a definition is made of
names.py      type names, API versions, the segments of a resource's name
body.py       one resource body against one definition
template.py   all the resources of a template, and of a list of expanded resources
expression.py what the checks must know of template expressions
corrections.py  where the published definitions are wrong
show.py       a definition as a tree, as JSON, and the difference of two
generate/     a library of Jsonnet functions for types
"""
