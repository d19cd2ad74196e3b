import type { MetricSources } from './metrics.ts';
import type { AgentPipeline } from './pipeline.ts';

/** The counters of a pipeline as metrics want them. */
export function pipelineCounters(pipeline: AgentPipeline): MetricSources {
  const { batcher, publisher, registry, metadata, connection } = pipeline;
  return {
    status: () => pipeline.status(),
    events: () => batcher.events,
    counters: () => ({
      drains_total: { help: 'Calls that moved events out of the kernel.', value: batcher.stats.drains },
      batches_total: { help: 'Batches made.', value: batcher.stats.batches },
      record_bytes_total: { help: 'Bytes of records in batches.', value: batcher.stats.recordBytes },
      message_bytes_total: { help: 'Bytes of batches when packed.', value: batcher.stats.messageBytes },
      batches_acknowledged_total: { help: 'Batches that the stream has.', value: publisher.stats.batches },
      batches_duplicate_total: { help: 'Batches that the stream had before.', value: publisher.stats.duplicates },
      batches_dropped_total: { help: 'Batches that never reached the bus.', value: publisher.stats.dropped },
      batches_reordered_total: { help: 'Batches stored behind later ones.', value: publisher.stats.reordered },
      publish_failures_total: { help: 'Times that everything was sent again.', value: publisher.stats.failures },
      bus_connects_total: { help: 'Connections made to the bus.', value: connection.connects },
      containers_refused_total: { help: 'Containers without a free slot.', value: registry.refused },
      metadata_errors_total: { help: 'Metadata files that could not be used.', value: metadata.states.errors },
    }),
  };
}
