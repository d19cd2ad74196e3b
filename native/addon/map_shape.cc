#include "map_shape.h"

#include "errors.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <fcntl.h>

#include <cerrno>

namespace picket {

bool MapShape::is_per_cpu() const {
    return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
           type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

bool MapShape::is_array() const {
    return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

size_t MapShape::value_bytes() const {
    if (!is_per_cpu())
        return value_size;
    return (static_cast<size_t>(value_size) + 7) / 8 * 8 * static_cast<size_t>(libbpf_num_possible_cpus());
}

MapShape read_map_shape(Napi::Env env, int fd) {
    bpf_map_info info = {};
    uint32_t length = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0)
        fail_bpf(env, code::MAP_FAILED, "cannot read what kind of map descriptor " + std::to_string(fd) + " is", errno);
    MapShape shape;
    shape.id = info.id;
    shape.type = static_cast<bpf_map_type>(info.type);
    shape.key_size = info.key_size;
    shape.value_size = info.value_size;
    shape.max_entries = info.max_entries;
    shape.flags = info.map_flags;
    shape.name = info.name;
    return shape;
}

std::string map_type_name(bpf_map_type type) {
    const char *name = libbpf_bpf_map_type_str(type);
    return name != nullptr ? name : std::to_string(type);
}

std::string program_type_name(bpf_prog_type type) {
    const char *name = libbpf_bpf_prog_type_str(type);
    return name != nullptr ? name : std::to_string(type);
}

int duplicate_map_fd(Napi::Env env, int fd) {
    // From 3 on: a map must never become stdin, stdout or stderr when one of these is closed.
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        fail_bpf(env, code::MAP_FAILED, "cannot duplicate map descriptor " + std::to_string(fd), errno);
    return copy;
}

} // namespace picket
