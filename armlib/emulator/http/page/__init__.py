"""The start page: what there is, for people who would rather look than read.

Every page is made here, whole, and needs no script; the script filters tables and follows what is running. Nothing
comes from elsewhere, and no text gets into a page but through :mod:`armlib.report.markup`, which escapes it.
"""
