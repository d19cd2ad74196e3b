import type { MetricSources } from './metrics.ts';
import type { AgentPipeline } from './pipeline.ts';

/** The counters of a pipeline as metrics want them. */
export function pipelineCounters(pipeline: AgentPipeline): MetricSources {
  const { batcher, publisher, registry, tracker, connection, resources, accounts } = pipeline;
  return {
    status: () => pipeline.status(),
    events: () => batcher.events,
    counters: () => ({
      drains_total: { help: 'Calls that moved events out of the kernel.', value: batcher.stats.drains },
      batches_total: { help: 'Batches made.', value: batcher.stats.batches },
      record_bytes_total: { help: 'Bytes of records in batches.', value: batcher.stats.recordBytes },
      message_bytes_total: { help: 'Bytes of batches when packed.', value: batcher.stats.messageBytes },
      resource_windows_late_total: {
        help: 'Looks at the resources of containers that the one before did not leave time for.',
        value: resources.stats.late,
      },
      resource_files_unreadable_total: {
        help: 'Control files of containers that could not be read.',
        value: resources.stats.unreadable,
      },
      records_redacted_total: {
        help: 'Records from which secrets were taken.',
        value: batcher.finisher.stats.redacted,
      },
      records_withheld_total: {
        help: 'Records whose arguments were taken out whole: looking for secrets took too long.',
        value: batcher.finisher.stats.withheld,
      },
      dns_malformed_total: {
        help: 'DNS messages that could not be read.',
        value: batcher.finisher.stats.dnsMalformed,
      },
      batches_acknowledged_total: { help: 'Batches that the stream has.', value: publisher.stats.batches },
      batches_duplicate_total: { help: 'Batches that the stream had before.', value: publisher.stats.duplicates },
      batches_dropped_total: { help: 'Batches that never reached the bus.', value: publisher.stats.dropped },
      batches_reordered_total: { help: 'Batches stored behind later ones.', value: publisher.stats.reordered },
      stream_resets_total: { help: 'Times that the event stream began anew.', value: publisher.stats.resets },
      spool_disk_written_total: { help: 'Batches written to disk.', value: publisher.disk?.written ?? 0 },
      spool_disk_read_total: { help: 'Batches read back from disk.', value: publisher.disk?.read ?? 0 },
      spool_disk_lost_total: {
        help: 'Batches lost on disk, or because it was full.',
        value: publisher.disk?.lost ?? 0,
      },
      spool_disk_failures_total: { help: 'Times that the disk took nothing.', value: publisher.disk?.failures ?? 0 },
      spool_files_rejected_total: {
        help: 'Files of the spool that were set aside.',
        value: publisher.disk?.rejected ?? 0,
      },
      publish_failures_total: { help: 'Times that everything was sent again.', value: publisher.stats.failures },
      bus_connects_total: { help: 'Connections made to the bus.', value: connection.connects },
      containers_refused_total: { help: 'Containers without a free slot.', value: registry.refused },
      containers_unresolved_total: {
        help: 'Containers whose metadata was not complete in the seconds after their start.',
        value: tracker.unresolved,
      },
      accounts_changed_total: {
        help: 'Users and groups of containers that were read anew.',
        value: accounts.counts.changed,
      },
      accounts_unreadable_total: {
        help: 'Looks at passwd and group files of containers that could not be read.',
        value: accounts.counts.unreadable,
      },
      accounts_late_total: {
        help: 'Containers whose file system did not answer: their users and groups stay unknown.',
        value: accounts.counts.late,
      },
      accounts_cut_total: {
        help: 'Readings of passwd and group files with more entries than are kept.',
        value: accounts.counts.cut,
      },
    }),
  };
}
