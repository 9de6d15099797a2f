"""armlib: Azure infrastructure as Jsonnet modules."""

__version__ = "0.1.0"
