"""Packages of modules: manifest, versions, lock, registries, cache, signatures, and Bicep's registry."""
