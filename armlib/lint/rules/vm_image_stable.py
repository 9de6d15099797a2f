"""Images of machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member

_STEPS: Final = {
    "microsoft.compute/virtualmachines": ("properties", "storageProfile", "imageReference"),
    "microsoft.compute/virtualmachinescalesets": (
        "properties",
        "virtualMachineProfile",
        "storageProfile",
        "imageReference",
    ),
}
_PREVIEW: Final = re.compile(r"(?<![a-z])preview", re.IGNORECASE)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.of_type(*_STEPS):
        steps = _STEPS[resource.lower_type]
        image = resource.value(*steps)
        said = [image] if isinstance(image, str) else [member(image, "sku"), member(image, "version")]
        found = next((each for each in said if isinstance(each, str) and _PREVIEW.search(each)), None)
        if found is not None:
            yield Finding(
                path=resource.place(*steps),
                message=f"'{resource.label}' runs the preview image '{found}'",
                hint="use a released sku and version",
            )


RULE = Rule(
    code="vm-image-stable",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="machines run released images, no previews",
    why="Previews come without support, and are withdrawn without notice.",
    bad=(
        '{ "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm", "properties": { '
        '"storageProfile": {\n'
        '  "imageReference": { "offer": "a", "sku": "b", "version": "latest-preview" } } } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm", "properties": { '
        '"storageProfile": {\n'
        '  "imageReference": { "offer": "a", "sku": "b", "version": "latest" } } } } ] }'
    ),
    check=check,
    covers=("Virtual-Machines-Should-Not-Be-Preview",),
)
