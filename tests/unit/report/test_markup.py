"""HTML as values."""

from __future__ import annotations

from armlib.report.markup import join, tag


def test_texts_and_attributes_are_escaped() -> None:
    made = tag("p", "<b>", tag("i", "&"), title='"><script>', hidden=True, lang=None, data_n=3)
    assert made == '<p title="&quot;&gt;&lt;script&gt;" hidden data-n="3">&lt;b&gt;<i>&amp;</i></p>'


def test_what_is_none_is_nothing_and_lists_are_joined() -> None:
    assert join([None, ["a", ["b"]], 3]) == "ab3"
    assert tag("br") == "<br>"
