"""Onhand with faults planted, for proofs to find: each module is run in the place of `onhand`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofs.ground import Ground
from tests.support.server import OnhandServer
from tests.support.source import ROOT


@dataclass
class PlantedGround(Ground):
    """A ground on which every server is one with a fault: the module of this package named."""

    fault: str = ""

    def serve(
        self, *arguments: str, environment: Mapping[str, str] | None = None, **options: Any
    ) -> OnhandServer:
        path = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        module = f"{__name__}.{self.fault}"
        return super().serve(
            *arguments, environment={**(environment or {}), **path}, module=module, **options
        )
