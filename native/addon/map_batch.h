// Reading many entries of a map at once.
#pragma once

#include "map_shape.h"

#include <span>
#include <vector>

namespace picket {

// Fills `keys` and `values` back to back and gives the number of entries. Uses BPF_MAP_LOOKUP_BATCH (a whole map in
// few system calls) and walks key by key where the kernel has no batches for this type. Throws BUFFER_TOO_SMALL when
// the map holds more than fits, and BPF_MAP_FAILED.
uint32_t read_all(Napi::Env env, int fd, const MapShape &shape, std::span<uint8_t> keys, std::span<uint8_t> values);

// Reads `count` neighbours of an array from `first` on into `out`. With `sum` a per-CPU array gives one value an
// entry, each of its u64 added up over the CPUs. `scratch` is memory that the caller keeps between calls.
void read_range(Napi::Env env, int fd, const MapShape &shape, uint32_t first, uint32_t count, std::span<uint8_t> out,
                bool sum, std::vector<uint8_t> &scratch);

} // namespace picket
