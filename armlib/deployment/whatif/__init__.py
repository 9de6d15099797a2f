"""What a deployment would change, before it is made: quiet, complete, and rated. Pure but for what the reader reads.

``changes.what_if`` takes the resources that are wanted and a reader of the state, and gives a ``model.WhatIf``;
``result.as_operation_result`` is that as the service answers it. ``armlib.report.whatif`` makes text of it.
"""
