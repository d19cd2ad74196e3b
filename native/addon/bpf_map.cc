#include "bpf_map.h"

#include "arguments.h"
#include "errors.h"
#include "map_batch.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>

namespace picket {

Napi::Function BpfMap::define(Napi::Env env) {
    return DefineClass(env, "BpfMap",
                       {
                           InstanceMethod<&BpfMap::describe>("describe"),
                           InstanceMethod<&BpfMap::fd>("fd"),
                           InstanceMethod<&BpfMap::lookup_into>("lookupInto"),
                           InstanceMethod<&BpfMap::update>("update"),
                           InstanceMethod<&BpfMap::remove>("delete"),
                           InstanceMethod<&BpfMap::keys>("keys"),
                           InstanceMethod<&BpfMap::read_all>("readAll"),
                           InstanceMethod<&BpfMap::lookup_range>("lookupRange"),
                           InstanceMethod<&BpfMap::freeze>("freeze"),
                           InstanceMethod<&BpfMap::close>("close"),
                       });
}

BpfMap::BpfMap(const Napi::CallbackInfo &info) : Napi::ObjectWrap<BpfMap>(info) {
    fd_ = OwnedFd(duplicate_map_fd(info.Env(), fd_argument(info, 0, "fd")));
    shape_ = read_map_shape(info.Env(), fd_.get());
}

int BpfMap::require_open(Napi::Env env) const {
    if (!fd_.is_open())
        fail(env, code::CLOSED, "map '" + shape_.name + "' is closed; take it again from an open object");
    return fd_.get();
}

void BpfMap::fail_call(Napi::Env env, const char *what, int error) const {
    fail_bpf(env, code::MAP_FAILED, std::string("cannot ") + what + " map '" + shape_.name + "'", error);
}

std::span<uint8_t> BpfMap::sized_argument(const Napi::CallbackInfo &info, size_t index, const char *name,
                                          size_t size) const {
    const std::span<uint8_t> bytes = bytes_argument(info, index, name);
    if (bytes.size() != size)
        fail(info.Env(), code::INVALID_ARGUMENT,
             std::string(name) + " of map '" + shape_.name + "' must have " + std::to_string(size) + " bytes, not " +
                 std::to_string(bytes.size()));
    return bytes;
}

Napi::Value BpfMap::describe(const Napi::CallbackInfo &info) {
    Napi::Object description = Napi::Object::New(info.Env());
    description.Set("name", shape_.name);
    description.Set("type", map_type_name(shape_.type));
    description.Set("keySize", shape_.key_size);
    description.Set("valueSize", shape_.value_size);
    description.Set("maxEntries", shape_.max_entries);
    description.Set("valueBytes", static_cast<double>(shape_.value_bytes()));
    return description;
}

Napi::Value BpfMap::fd(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), require_open(info.Env()));
}

Napi::Value BpfMap::lookup_into(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    const std::span<uint8_t> key = sized_argument(info, 0, "key", shape_.key_size);
    const std::span<uint8_t> out = bytes_argument(info, 1, "out");
    if (out.size() < shape_.value_bytes())
        fail(info.Env(), code::BUFFER_TOO_SMALL,
             "out must have at least " + std::to_string(shape_.value_bytes()) + " bytes");
    const bool found = bpf_map_lookup_elem(fd, key.data(), out.data()) == 0;
    if (!found && errno != ENOENT)
        fail_call(info.Env(), "look up in", errno);
    return Napi::Boolean::New(info.Env(), found);
}

Napi::Value BpfMap::update(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    const std::span<uint8_t> key = sized_argument(info, 0, "key", shape_.key_size);
    const std::span<uint8_t> value = sized_argument(info, 1, "value", shape_.value_bytes());
    const uint32_t flags = u32_argument(info, 2, "flags");
    if (bpf_map_update_elem(fd, key.data(), value.data(), flags) != 0)
        fail_call(info.Env(), "update", errno);
    return info.Env().Undefined();
}

Napi::Value BpfMap::remove(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    const std::span<uint8_t> key = sized_argument(info, 0, "key", shape_.key_size);
    const bool removed = bpf_map_delete_elem(fd, key.data()) == 0;
    if (!removed && errno != ENOENT)
        fail_call(info.Env(), "delete from", errno);
    return Napi::Boolean::New(info.Env(), removed);
}

Napi::Value BpfMap::keys(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    Napi::Array keys = Napi::Array::New(info.Env());
    std::vector<uint8_t> key(shape_.key_size);
    std::vector<uint8_t> next(shape_.key_size);
    // The kernel starts again at the first key when the last one was deleted meanwhile: bound the walk.
    for (uint32_t count = 0; count < shape_.max_entries; count++) {
        if (bpf_map_get_next_key(fd, count == 0 ? nullptr : key.data(), next.data()) != 0) {
            if (errno != ENOENT)
                fail_call(info.Env(), "list the keys of", errno);
            break;
        }
        std::swap(key, next);
        Napi::Uint8Array copy = Napi::Uint8Array::New(info.Env(), key.size());
        memcpy(copy.Data(), key.data(), key.size());
        keys.Set(count, copy);
    }
    return keys;
}

Napi::Value BpfMap::read_all(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    const std::span<uint8_t> keys = bytes_argument(info, 0, "keysOut");
    const std::span<uint8_t> values = bytes_argument(info, 1, "valuesOut");
    return Napi::Number::New(info.Env(), picket::read_all(info.Env(), fd, shape_, keys, values));
}

Napi::Value BpfMap::lookup_range(const Napi::CallbackInfo &info) {
    const int fd = require_open(info.Env());
    read_range(info.Env(), fd, shape_, u32_argument(info, 0, "firstKey"), u32_argument(info, 1, "count"),
               bytes_argument(info, 2, "out"), bool_argument(info, 3, "sum"), scratch_);
    return info.Env().Undefined();
}

Napi::Value BpfMap::freeze(const Napi::CallbackInfo &info) {
    if (bpf_map_freeze(require_open(info.Env())) != 0)
        fail_call(info.Env(), "freeze", errno);
    return info.Env().Undefined();
}

Napi::Value BpfMap::close(const Napi::CallbackInfo &info) {
    fd_.reset();
    scratch_ = {};
    return info.Env().Undefined();
}

} // namespace picket
