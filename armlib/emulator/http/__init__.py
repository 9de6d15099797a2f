"""The local Azure Resource Manager as a server: what speaks HTTP, and nothing that decides what a resource is.

serve.py        what `armlib local serve` does: the state, the service and the sockets together
server.py       sockets: binding, telling that it is ready, ending
app.py          the ASGI application: requests to calls, answers to responses
service.py      who may ask, and what answers
table.py        the routes; routes.py matches them, call.py is a request and its answer
paths.py body.py lro.py      ids in paths, JSON as clients send it, long-running operations
identity.py guard.py certificate.py      tokens, pages of other sites, https
deployments.py resources.py …            one file a kind of thing
page/           pages for people
"""
