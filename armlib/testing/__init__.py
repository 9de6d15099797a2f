"""Tests of modules: finding them, running them, and telling what came of them."""
