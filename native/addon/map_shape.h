// What the kernel says about a map.
#pragma once

#include <napi.h>

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace picket {

struct MapShape {
    uint32_t id = 0;
    bpf_map_type type = BPF_MAP_TYPE_UNSPEC;
    uint32_t key_size = 0;
    uint32_t value_size = 0;
    uint32_t max_entries = 0;
    uint32_t flags = 0;
    std::string name;

    bool is_per_cpu() const;
    bool is_array() const;
    // Bytes that one look-up fills: the value, or for a per-CPU map every CPU's value, each rounded up to 8.
    size_t value_bytes() const;
};

// Asks the kernel. Throws BPF_MAP_FAILED.
MapShape read_map_shape(Napi::Env env, int fd);

// The kernel's name of a map or program type, such as "ringbuf"; the number as text when libbpf is older than it.
std::string map_type_name(bpf_map_type type);
std::string program_type_name(bpf_prog_type type);

// A new descriptor of the same map, closed on exec. Throws BPF_MAP_FAILED.
int duplicate_map_fd(Napi::Env env, int fd);

} // namespace picket
