"""What services do with a resource: one file a service, and the generic answer for every other type.

protocol.py   what the engine asks of a provider, and what it tells it
generic.py    the answer for any type; a special provider overrides what is special
made_up.py    values that the service would make up, as functions of the id
scopes.py     resource groups, subscriptions, management groups
lookup.py     the provider of a type
"""
