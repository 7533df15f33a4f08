"""What a Prometheus reads at /metrics, written from one report when it is asked for.

The library is imported by the first who asks, in a thread: an installation without a Prometheus pays nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from bot.counting import Spread
from bot.operations.metric_table import TABLE
from bot.operations.records import OperationsReport
from bot.operations.service import Operations

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from prometheus_client.registry import CollectorRegistry

SPREADS = {
    "camtay_batch_seconds": "How long a transaction with a batch of updates takes",
    "camtay_loop_lag_seconds": "By how much the event loop is late, looked at twice a second",
}
"""Histograms: what takes how long, in buckets."""


class MetricsPage:
    """`spreads` are the histograms by the names of `SPREADS`."""

    def __init__(self, operations: Operations, spreads: Mapping[str, Spread]) -> None:
        self.operations, self.spreads = operations, spreads

    async def text(self) -> tuple[bytes, str]:
        """The page and its media type."""
        return await asyncio.to_thread(self._text, await self.operations.tell())

    def _text(self, report: OperationsReport) -> tuple[bytes, str]:
        library, process = import_module("prometheus_client"), import_module("prometheus_client.process_collector")
        registry: CollectorRegistry = library.CollectorRegistry()
        registry.register(_Collected(report, self.spreads))
        process.ProcessCollector(registry=registry)  # processor, memory, open files of this process, where /proc is
        return library.generate_latest(registry), str(library.CONTENT_TYPE_LATEST)


class _Collected:
    def __init__(self, report: OperationsReport, spreads: Mapping[str, Spread]) -> None:
        self.report, self.spreads = report, spreads

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for row in TABLE:
            kind = CounterMetricFamily if row.goes == "counter" else GaugeMetricFamily
            family = kind(row.name, row.says, labels=row.labels)
            for labels, figure in row.samples(self.report):
                family.add_metric(labels, figure)
            yield family
        for name, says in SPREADS.items():
            spread = self.spreads[name]
            buckets = [*((f"{bound:g}", count) for bound, count in spread.up_to()), ("+Inf", spread.count)]
            yield HistogramMetricFamily(name, says, buckets=buckets, sum_value=spread.total_s)
