"""The Jsonnet evaluator: its port, the sandboxed importer, the native functions, and error texts made diagnostics."""
