"""Compiling the targets of a project: what is asked for, what is still fresh, what is written."""
