// What is set on an object between open and load.
#include "bpf_object.h"

#include "arguments.h"
#include "errors.h"
#include "map_shape.h"
#include "print_capture.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace picket {

namespace {

struct Variable {
    bpf_map *map;
    uint32_t offset;
    uint32_t size;
};

// Looks in .rodata and .rodata.*, where clang puts `const volatile` globals.
std::optional<Variable> find_constant(bpf_object *object, const std::string &name) {
    const btf *types = bpf_object__btf(object);
    for (uint32_t id = 1; types != nullptr && id < btf__type_cnt(types); id++) {
        const btf_type *section = btf__type_by_id(types, id);
        if (!btf_is_datasec(section))
            continue;
        const char *section_name = btf__name_by_offset(types, section->name_off);
        if (strncmp(section_name, ".rodata", 7) != 0)
            continue;
        for (uint32_t i = 0; i < btf_vlen(section); i++) {
            const btf_var_secinfo &entry = btf_var_secinfos(section)[i];
            const btf_type *variable = btf__type_by_id(types, entry.type);
            if (name == btf__name_by_offset(types, variable->name_off))
                return Variable{bpf_object__find_map_by_name(object, section_name), entry.offset, entry.size};
        }
    }
    return std::nullopt;
}

std::string shape_text(bpf_map_type type, uint32_t key_size, uint32_t value_size, uint32_t flags) {
    return map_type_name(type) + " with keys of " + std::to_string(key_size) + " and values of " +
           std::to_string(value_size) + " bytes and flags " + std::to_string(flags);
}

} // namespace

bpf_object *BpfObject::require_not_loaded(Napi::Env env) const {
    bpf_object *object = require_open(env);
    if (load_tried_)
        fail(env, code::LOAD_FAILED,
             "BPF object '" + name_ + "' was already loaded once; open it again to change or reload it", EBUSY);
    return object;
}

Napi::Value BpfObject::set_autoload(const Napi::CallbackInfo &info) {
    require_not_loaded(info.Env());
    bpf_program *program = find_program(info.Env(), string_argument(info, 0, "program"));
    bpf_program__set_autoload(program, bool_argument(info, 1, "autoload"));
    return info.Env().Undefined();
}

Napi::Value BpfObject::set_max_entries(const Napi::CallbackInfo &info) {
    require_not_loaded(info.Env());
    const std::string name = string_argument(info, 0, "map");
    const uint32_t entries = u32_argument(info, 1, "maxEntries");
    if (entries == 0)
        fail(info.Env(), code::INVALID_ARGUMENT, "map '" + name + "' must have at least one entry");
    const int error = -bpf_map__set_max_entries(find_map(info.Env(), name), entries);
    if (error != 0)
        fail_bpf(info.Env(), code::MAP_FAILED, "cannot set the size of map '" + name + "'", error);
    return info.Env().Undefined();
}

Napi::Value BpfObject::set_variable(const Napi::CallbackInfo &info) {
    bpf_object *object = require_not_loaded(info.Env());
    const std::string name = string_argument(info, 0, "variable");
    const std::span<uint8_t> value = bytes_argument(info, 1, "value");
    const std::optional<Variable> variable = find_constant(object, name);
    if (!variable || variable->map == nullptr)
        fail(info.Env(), code::NOT_FOUND,
             "BPF object '" + name_ + "' has no `const volatile` global '" + name +
                 "'; a static one may be optimised away",
             ENOENT);
    size_t section_size = 0;
    const auto *initial = static_cast<const uint8_t *>(bpf_map__initial_value(variable->map, &section_size));
    if (value.size() != variable->size)
        fail(info.Env(), code::INVALID_ARGUMENT,
             "global '" + name + "' has " + std::to_string(variable->size) + " bytes, not " +
                 std::to_string(value.size()));
    if (initial == nullptr || static_cast<size_t>(variable->offset) + variable->size > section_size)
        fail(info.Env(), code::OPEN_FAILED,
             "the BTF of BPF object '" + name_ + "' places '" + name + "' outside its section");
    std::vector<uint8_t> section(initial, initial + section_size);
    memcpy(section.data() + variable->offset, value.data(), value.size());
    const int error = -bpf_map__set_initial_value(variable->map, section.data(), section.size());
    if (error != 0)
        fail_bpf(info.Env(), code::OPEN_FAILED, "cannot set global '" + name + "'", error);
    return info.Env().Undefined();
}

Napi::Value BpfObject::reuse_map(const Napi::CallbackInfo &info) {
    require_not_loaded(info.Env());
    const std::string name = string_argument(info, 0, "map");
    const int fd = fd_argument(info, 1, "fd");
    bpf_map *map = find_map(info.Env(), name);
    const MapShape given = read_map_shape(info.Env(), fd);
    // libbpf would take over any map; a program compiled for another shape would then read other memory than it means.
    if (given.type != bpf_map__type(map) || given.key_size != bpf_map__key_size(map) ||
        given.value_size != bpf_map__value_size(map) || given.flags != bpf_map__map_flags(map))
        fail(info.Env(), code::MAP_FAILED,
             "map '" + name + "' of BPF object '" + name_ + "' is a " +
                 shape_text(bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map),
                            bpf_map__map_flags(map)) +
                 ", but the map to reuse is a " + shape_text(given.type, given.key_size, given.value_size, given.flags),
             EINVAL);
    PrintCapture capture;
    const int error = -bpf_map__reuse_fd(map, fd);
    if (error != 0)
        fail_bpf(info.Env(), code::MAP_FAILED, "cannot reuse map '" + name + "'", error, capture.text());
    return info.Env().Undefined();
}

} // namespace picket
