"""Rules that make the local ARM fail or wait, to try out how clients bear it.

    Microsoft.Storage/*:429:0.1          a tenth of the changes to storage is refused as too many
    Microsoft.Web/sites@delete:500       deleting a site fails
    /subscriptions/*/x:409:1:2           the first two changes of each such id are refused as conflicts
    *:200ms                              every change takes a fifth of a second more
    Microsoft.Sql/*:1.5s:0.5             half of those to SQL take one and a half

Whether a rule strikes depends on the rule, the id and how often it was asked for before, and on nothing else: the same
requests always meet the same faults, in whatever order threads come.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from armlib.dataclass import dataclass
from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, parse_address
from armlib.emulator.caller import Caller
from armlib.emulator.providers.made_up import seed
from armlib.errors import UsageError

_RULE: Final = re.compile(
    r"(?P<pattern>[^@:\s]+)(?:@(?P<verb>write|delete|action))?"
    r":(?:(?P<status>[45]\d\d)|(?P<time>\d+(?:\.\d+)?)(?P<unit>ms|s))"
    r"(?::(?P<chance>\d+(?:\.\d+)?)(?::(?P<times>\d+))?)?\Z"
)
_LONGEST_WAIT: Final = 600.0  # seconds
_CODES: Final = {
    400: "BadRequest",
    401: "AuthenticationFailed",
    403: "AuthorizationFailed",
    404: "NotFound",
    408: "RequestTimeout",
    409: "AnotherOperationInProgress",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServerBusy",
    504: "GatewayTimeout",
}


class RuleError(UsageError):
    """A text that is no rule."""

    code = "local-rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        text: As it was written.
        pattern: Of types, or of ids when it begins with a slash; in lower case, ``*`` and ``?`` for any characters.
        verb: What it is for; None for every change.
        status: The HTTP status to refuse with; None for a rule that waits.
        wait: How long, in seconds.
        chance: How likely it strikes, from 0 to 1.
        times: How often it strikes for one id; None without limit.
    """

    text: str
    pattern: str
    verb: str | None
    status: int | None
    wait: float
    chance: float
    times: int | None

    def concerns(self, address: Address, verb: str) -> bool:
        """Return whether the rule is for this."""
        subject = address.key if self.pattern.startswith("/") else address.type_key
        return (self.verb is None or self.verb == verb) and fnmatchcase(subject, self.pattern)


def parse_rule(text: str) -> Rule:
    """Return the rule that *text* is.

    Raises:
        RuleError: it is none.
    """
    found = _RULE.match(text.strip())
    chance = float(found["chance"]) if found and found["chance"] else 1.0
    if found is None or chance > 1:
        raise RuleError(
            f"'{text}' is no rule",
            hint="a rule is TYPE[@write|@delete|@action]:STATUS[:CHANCE[:TIMES]], 'Microsoft.Storage/*:429:0.1', or "
            "with a time instead of the status, '*:200ms'",
        )
    wait = float(found["time"]) / (1000 if found["unit"] == "ms" else 1) if found["time"] else 0.0
    if wait > _LONGEST_WAIT:
        raise RuleError(f"'{text}' waits longer than {_LONGEST_WAIT:.0f}s")
    return Rule(
        text=text.strip(),
        pattern=found["pattern"].casefold(),
        verb=found["verb"],
        status=int(found["status"]) if found["status"] else None,
        wait=wait,
        chance=chance,
        times=int(found["times"]) if found["times"] else None,
    )


class Rules:
    """The rules in force; :meth:`apply` goes ahead of every change."""

    def __init__(self, texts: Sequence[str] = (), sleep: Callable[[float], None] = time.sleep) -> None:
        self._rules = [parse_rule(text) for text in texts]
        self._sleep = sleep
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, str, str]] = Counter()
        self._struck: Counter[tuple[str, str]] = Counter()

    @property
    def texts(self) -> tuple[str, ...]:
        """The rules as they were written."""
        return tuple(rule.text for rule in self._rules)

    def add(self, text: str) -> None:
        """Bring a rule into force.

        Raises:
            RuleError: it is none.
        """
        self._rules = [*self._rules, parse_rule(text)]

    def clear(self) -> None:
        """Take all rules out of force, and forget what was asked for."""
        with self._lock:
            self._rules = []
            self._asked.clear()
            self._struck.clear()

    def apply(self, address: Address, verb: str, caller: Caller) -> None:
        """Wait, or raise a fault, as the rules for *address* say.

        A deployment waits by itself before it makes a resource, and goes on with others meanwhile.
        """
        if not self._rules:
            return
        waited = caller.deployment is not None and verb == "write"
        for rule in self._rules:
            if waited and rule.status is None:
                continue
            if rule.concerns(address, verb) and self._strikes(rule, address.key, verb):
                if rule.status is not None:
                    raise _fault(rule, rule.status, address)
                self._sleep(rule.wait)

    def latency(self, id_: str) -> float:
        """Return the seconds that a deployment takes longer to make the resource with the id *id_*."""
        rules = [rule for rule in self._rules if rule.status is None]
        if not rules:
            return 0.0
        address = parse_address(id_)
        return sum(
            rule.wait for rule in rules if rule.concerns(address, "write") and self._strikes(rule, address.key, "write")
        )

    def _strikes(self, rule: Rule, key: str, verb: str) -> bool:
        with self._lock:
            number = self._asked[rule.text, key, verb]
            self._asked[rule.text, key, verb] += 1
            if rule.times is not None and self._struck[rule.text, key] >= rule.times:
                return False
            drawn = int.from_bytes(seed(f"{rule.text} {key} {verb} {number}", 8), "big") / 2**64
            if drawn >= rule.chance:
                return False
            self._struck[rule.text, key] += 1
            return True


def _fault(rule: Rule, status: int, address: Address) -> Fault:
    code = _CODES.get(status, "Conflict" if status < 500 else "InternalServerError")
    message = f"The rule '{rule.text}' of the local ARM refuses the request."
    return Fault(status, code, message, target=address.id)
