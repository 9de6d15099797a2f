"""The dependency graph of a template as text, Mermaid, DOT, an SVG image and a page."""
