"""The ARM template expression language: parser, printer, evaluator and every template function."""
