"""Time, chance and secrets in a test's hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from catalog.contract import ContractFile
from sources.connectors import Outside

Declare = Callable[..., ContractFile]


@dataclass
class World:
    """Time and chance in a test's hand: sleeping only moves the clock."""

    time: float = 1000.0
    sleeps: list[float] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    @property
    def outside(self) -> Outside:
        return Outside(
            clock=lambda: self.time,
            sleep=self.sleep,
            now=lambda: self.time,
            chance=lambda: 1.0,
            environ=self.environ,
            secret_block=lambda name: self.blocks.get(name, ""),
        )
