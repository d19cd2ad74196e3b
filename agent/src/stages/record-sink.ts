/** Where a stage puts a record it made. The sequence is stamped there; order of calls is order in the stream. */
export interface RecordSink {
  append(record: Uint8Array): void;
}
