"""Deployments of the local Azure Resource Manager, and how they run.

service.py      Deployments: create, validate, what-if, get, list, cancel, delete, export
request.py      the body of a request, checked
planning.py     a request to what it would make, and the preflight
refusals.py     what the service says when it refuses
shape.py        a deployment as GET answers it
operation.py    one step of a deployment
history.py      deployments, their operations and what they were asked, in the state
schedule.py     what waits for what, and whose turn it is
run.py          a deployment that runs
reading.py      what expressions ask of the state
preview.py      what a deployment would make, as far as the state knows before
entry.py        one deployment of a run, the root or a nested one
owner.py        who runs a deployment, and whether that process lives
settled.py      what stays unknown when nothing more will be known
cleanup.py      what complete mode deletes
"""
