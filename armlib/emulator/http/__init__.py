"""The local Azure Resource Manager as a server: what speaks HTTP, and nothing that decides what a resource is."""
