"""Deployment stacks of the local Azure Resource Manager: deployments that know what they manage.

service.py      Stacks: create, validate, get, list, delete, export
request.py      the body of a request, checked
unmanage.py     what becomes of resources that a stack manages no longer
deny.py         who may not change what a stack manages
"""
