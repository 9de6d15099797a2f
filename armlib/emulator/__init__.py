"""The local Azure Resource Manager: everything but HTTP.

engine.py       opens the state and holds the parts below
settings.py     what an engine is opened with: checks, strictness, quotas, the clock
location.py     where the state is
store.py        the state: one SQLite file, changed in transactions
addresses.py    the id of a request, taken apart and checked
caller.py       who asks for a change
resources.py    put, patch, get, delete, list and actions of resources
scopes.py       subscriptions, resource groups, management groups
tags.py         tags of scopes, and the names of tags; tag_rules.py says what tags may be
locks.py        what is locked
move.py         resources into another group
export.py       a resource group as a template
catalogue.py    namespaces, types, API versions, registration
regions.py      Azure's regions
events.py       the activity log
operations.py   what goes on while its caller waits
snapshot.py     the whole state as one JSON value, and back
rules.py        faults and latencies that are asked for
definitions.py  a body against the installed type definitions
kept.py         what of a body is kept: no secrets, nothing that only the service writes
refusals.py     the service's refusals, in its words
deployments/    deployments of templates, and how they run
stacks/         deployment stacks
providers/      what services do with a resource; one file a service
"""
