"""Apps of App Service: their kind, and settings that may stand in the app or in its config."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from armlib.expressions.values import Unknown, Value
from armlib.jsontypes import JsonPath
from armlib.lint.subject import Resource, TemplateSubject
from armlib.lint.walk import member

SITES: Final = ("microsoft.web/sites", "microsoft.web/sites/slots")
CONFIGS: Final = ("microsoft.web/sites/config", "microsoft.web/sites/slots/config")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of an app: its value (None when it is nowhere), and where it is said or should be."""

    value: Value
    path: JsonPath


@dataclass(frozen=True, slots=True)
class Site:
    """An app and those of its configs that are called ``web``; an app of another template has no *resource*."""

    resource: Resource | None
    configs: tuple[Resource, ...]

    @property
    def anchor(self) -> Resource:
        """The resource that messages speak of."""
        return self.resource or self.configs[0]

    @property
    def kind(self) -> str:
        """``api``, ``functionapp``, ``app``, or empty for another one."""
        found = self.anchor.value("kind")
        kind = found.lower() if isinstance(found, str) else ("app" if found is None else "")
        if kind.endswith("api"):
            return "api"
        return next((each for each in ("functionapp", "app") if kind.startswith(each)), "")

    @property
    def is_linux(self) -> bool:
        """Whether it runs on Linux, where some settings have no meaning."""
        return "linux" in str(self.anchor.value("kind")).lower()

    def setting(self, name: str) -> Setting:
        """Return the setting *name*: that of a config wins over that of the app."""
        for config in self.configs:
            value = config.value("properties", name)
            if value is not None:
                return Setting(value, config.place("properties", name))
        if self.resource is None:
            return Setting(None, self.configs[0].place("properties"))
        value = self.resource.value("properties", "siteConfig", name)
        if value is None and isinstance(self.resource.value("properties", "siteConfig"), Unknown):
            value = Unknown(self.resource.value("properties", "siteConfig").expression)  # type: ignore[union-attr]
        return Setting(value, self.resource.place("properties", "siteConfig", name))


def sites(subject: TemplateSubject) -> Iterator[Site]:
    """Yield the apps of a template, and configs of apps that are not in it."""
    configs = [each for each in subject.of_type(*CONFIGS) if _is_web(each)]
    taken: set[int] = set()
    for resource in subject.of_type(*SITES):
        own = tuple(each for each in configs if _belongs(each, resource))
        taken |= {id(each) for each in own}
        yield Site(resource, own)
    for config in configs:
        if id(config) not in taken:
            yield Site(None, (config,))


def _is_web(config: Resource) -> bool:
    name = config.level.text(config.name)
    last = (name or "").rpartition("/")[2].lower()
    other = (
        "appsettings",
        "connectionstrings",
        "logs",
        "authsettings",
        "authsettingsv2",
        "slotconfignames",
        "metadata",
    )
    if last in (*other, "backup", "azurestorageaccounts", "pushsettings"):
        return False
    return re.search(r"/(?:" + "|".join(other) + r")\b", config.name, re.IGNORECASE) is None


def _belongs(config: Resource, site: Resource) -> bool:
    if config.level is not site.level:
        return False
    if config.parent is site or any(each is config for each in site.children):
        return True
    name = re.sub(r"\s+", "", site.name).strip("[]").lower()
    waits = member(config.body, "dependsOn")
    entries = [re.sub(r"\s+", "", str(entry)).lower() for entry in waits] if isinstance(waits, list) else []
    whole = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    return bool(name) and any(whole.search(entry) for entry in entries)
