#include "map_batch.h"

#include "errors.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace picket {

namespace {

// The kernel's "operation not supported" that userspace headers leave out.
constexpr int KERNEL_ENOTSUPP = 524;
// Entries that one summing step holds: enough to make system calls rare, small enough for the L2 cache.
constexpr uint32_t SUM_STEP = 1024;

bool means_no_batches(int error) {
    return error == EINVAL || error == EOPNOTSUPP || error == KERNEL_ENOTSUPP;
}

[[noreturn]] void fail_read(Napi::Env env, const MapShape &shape, int error) {
    fail_bpf(env, code::MAP_FAILED, "cannot read map '" + shape.name + "'", error);
}

// Room for keys and values, counted in entries.
class Room {
  public:
    Room(const MapShape &shape, std::span<uint8_t> keys, std::span<uint8_t> values)
        : key_size_(shape.key_size), value_bytes_(shape.value_bytes()), keys_(keys.data()), values_(values.data()) {
        const size_t by_keys = key_size_ == 0 ? 0 : keys.size() / key_size_;
        const size_t by_values = value_bytes_ == 0 ? 0 : values.size() / value_bytes_;
        capacity_ = static_cast<uint32_t>(std::min<size_t>({by_keys, by_values, UINT32_MAX}));
    }

    uint32_t left() const {
        return capacity_ - used_;
    }
    uint32_t used() const {
        return used_;
    }
    uint8_t *key() const {
        return keys_ + static_cast<size_t>(used_) * key_size_;
    }
    uint8_t *value() const {
        return values_ + static_cast<size_t>(used_) * value_bytes_;
    }
    void take(uint32_t count) {
        used_ += count;
    }

  private:
    size_t key_size_;
    size_t value_bytes_;
    uint8_t *keys_;
    uint8_t *values_;
    uint32_t capacity_ = 0;
    uint32_t used_ = 0;
};

[[noreturn]] void fail_room(Napi::Env env, const MapShape &shape, const Room &room) {
    fail(env, code::BUFFER_TOO_SMALL,
         "map '" + shape.name + "' holds more than the " + std::to_string(room.used()) +
             " entries that were read; make the buffers as large as maxEntries",
         ENOSPC);
}

uint32_t walk_keys(Napi::Env env, int fd, const MapShape &shape, Room &room) {
    std::vector<uint8_t> key(shape.key_size);
    std::vector<uint8_t> next(shape.key_size);
    bool first = true;
    while (bpf_map_get_next_key(fd, first ? nullptr : key.data(), next.data()) == 0) {
        if (room.left() == 0)
            fail_room(env, shape, room);
        std::swap(key, next);
        first = false;
        if (bpf_map_lookup_elem(fd, key.data(), room.value()) != 0) {
            if (errno == ENOENT)
                continue; // removed between the two calls
            fail_read(env, shape, errno);
        }
        memcpy(room.key(), key.data(), key.size());
        room.take(1);
    }
    if (errno != ENOENT)
        fail_read(env, shape, errno);
    return room.used();
}

// A position inside a batch walk: a bucket number or a key, so never less than 8 bytes.
class Cursor {
  public:
    explicit Cursor(const MapShape &shape)
        : in_(std::max<size_t>(shape.key_size, 8)), out_(std::max<size_t>(shape.key_size, 8)) {}

    // One batch call; 0 or a positive errno. ENOENT means that the walk has ended, with `count` entries given.
    int step(int fd, void *keys, void *values, uint32_t *count) {
        if (bpf_map_lookup_batch(fd, started_ ? in_.data() : nullptr, out_.data(), keys, values, count, nullptr) != 0)
            return errno;
        std::swap(in_, out_);
        started_ = true;
        return 0;
    }

    void start_after(uint32_t key) {
        memcpy(in_.data(), &key, sizeof(key));
        started_ = true;
    }
    bool started() const {
        return started_;
    }

  private:
    std::vector<uint8_t> in_;
    std::vector<uint8_t> out_;
    bool started_ = false;
};

// True when a walk that filled all room has left nothing behind.
bool has_ended(int fd, const MapShape &shape, Cursor &cursor) {
    std::vector<uint8_t> key(shape.key_size);
    std::vector<uint8_t> value(shape.value_bytes());
    uint32_t count = 1;
    return cursor.step(fd, key.data(), value.data(), &count) == ENOENT && count == 0;
}

// Array elements [first, first + count) into `out`, which has room for them.
void read_neighbours(Napi::Env env, int fd, const MapShape &shape, uint32_t first, uint32_t count, uint8_t *out) {
    const size_t stride = shape.value_bytes();
    std::vector<uint32_t> keys(count);
    Cursor cursor(shape);
    if (first > 0)
        cursor.start_after(first - 1);
    uint32_t done = 0;
    while (done < count) {
        uint32_t step = count - done;
        const int error = cursor.step(fd, keys.data(), out + done * stride, &step);
        if (error != 0 && error != ENOENT)
            break;
        done += step;
        if (error == ENOENT || step == 0)
            break;
    }
    for (; done < count; done++) {
        const uint32_t key = first + done;
        if (bpf_map_lookup_elem(fd, &key, out + done * stride) != 0)
            fail_read(env, shape, errno);
    }
}

void add_up(const uint8_t *from, size_t value_size, size_t cpus, uint8_t *to) {
    for (size_t lane = 0; lane < value_size; lane += sizeof(uint64_t)) {
        uint64_t total = 0;
        for (size_t cpu = 0; cpu < cpus; cpu++) {
            uint64_t part;
            memcpy(&part, from + cpu * value_size + lane, sizeof(part));
            total += part;
        }
        memcpy(to + lane, &total, sizeof(total));
    }
}

} // namespace

uint32_t read_all(Napi::Env env, int fd, const MapShape &shape, std::span<uint8_t> keys, std::span<uint8_t> values) {
    if (shape.key_size == 0)
        fail(env, code::INVALID_ARGUMENT,
             "map '" + shape.name + "' is a " + map_type_name(shape.type) + "; it has no keys");
    Room room(shape, keys, values);
    if (room.left() == 0)
        return walk_keys(env, fd, shape, room);
    Cursor cursor(shape);
    while (room.left() > 0) {
        uint32_t count = room.left();
        const int error = cursor.step(fd, room.key(), room.value(), &count);
        if (!cursor.started() && means_no_batches(error))
            return walk_keys(env, fd, shape, room);
        if (error == ENOSPC)
            fail_room(env, shape, room);
        if (error != 0 && error != ENOENT)
            fail_read(env, shape, error);
        room.take(count);
        if (error == ENOENT || count == 0)
            return room.used();
    }
    if (room.used() < shape.max_entries && !has_ended(fd, shape, cursor))
        fail_room(env, shape, room);
    return room.used();
}

void read_range(Napi::Env env, int fd, const MapShape &shape, uint32_t first, uint32_t count, std::span<uint8_t> out,
                bool sum, std::vector<uint8_t> &scratch) {
    const size_t stride = shape.value_bytes();
    const bool summing = sum && shape.is_per_cpu();
    const size_t given = summing ? shape.value_size : stride;
    if (!shape.is_array())
        fail(env, code::INVALID_ARGUMENT,
             "map '" + shape.name + "' is a " + map_type_name(shape.type) + "; only arrays have ranges");
    if (static_cast<uint64_t>(first) + count > shape.max_entries)
        fail(env, code::INVALID_ARGUMENT,
             "map '" + shape.name + "' ends before entry " + std::to_string(static_cast<uint64_t>(first) + count) +
                 "; it has " + std::to_string(shape.max_entries));
    if (out.size() < given * count)
        fail(env, code::BUFFER_TOO_SMALL, "out must have at least " + std::to_string(given * count) + " bytes");
    if (!summing)
        return read_neighbours(env, fd, shape, first, count, out.data());
    if (shape.value_size % sizeof(uint64_t) != 0)
        fail(env, code::INVALID_ARGUMENT,
             "only values made of u64 can be summed; map '" + shape.name + "' has " + std::to_string(shape.value_size) +
                 " bytes a value");
    const size_t cpus = stride / shape.value_size;
    scratch.resize(stride * std::min(count, SUM_STEP));
    for (uint32_t done = 0; done < count; done += SUM_STEP) {
        const uint32_t step = std::min(count - done, SUM_STEP);
        read_neighbours(env, fd, shape, first + done, step, scratch.data());
        for (uint32_t i = 0; i < step; i++)
            add_up(scratch.data() + i * stride, shape.value_size, cpus,
                   out.data() + static_cast<size_t>(done + i) * given);
    }
}

} // namespace picket
