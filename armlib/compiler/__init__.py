"""The compiler: Jsonnet modules and JSON templates in, one checked ARM template out."""
