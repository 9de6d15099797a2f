"""The real Azure Resource Manager, through Azure's own SDK.

clouds.py   which cloud: its endpoint and its authority
client.py   the SDK's clients, made when they are first used, and their errors as faults
target.py   the port that deploying, what-if and destroying go through
"""
