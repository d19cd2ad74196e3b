// Rings in shared memory for checks of the reader, where the states that the kernel shows for nanoseconds can be held.
#pragma once

#include "../addon/drain.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#define CHECK(condition)                                                                                               \
    if (!(condition)) {                                                                                                \
        fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                                        \
        exit(1);                                                                                                       \
    }

inline constexpr size_t SIZE = 1 << 16;
inline constexpr uint32_t RECORD = 64;

// The producer side, as kernel/bpf/ringbuf.c does it. A memory file cannot show its data twice, so every byte of the
// data is written in both places.
class FakeRing {
  public:
    FakeRing() : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
        fd_ = memfd_create("ring", MFD_CLOEXEC);
        CHECK(fd_ >= 0 && ftruncate(fd_, static_cast<off_t>(2 * page_ + 2 * SIZE)) == 0);
        memory_ =
            static_cast<uint8_t *>(mmap(nullptr, 2 * page_ + 2 * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
        CHECK(memory_ != MAP_FAILED);
    }
    ~FakeRing() {
        munmap(memory_, 2 * page_ + 2 * SIZE);
        close(fd_);
    }

    int fd() const {
        return fd_;
    }
    uint64_t consumed() const {
        return word(0)->load(std::memory_order_acquire);
    }

    // The position of a record that is marked as being written, or -1 when the ring is full.
    int64_t reserve(uint32_t length) {
        const std::lock_guard guard(lock_);
        const uint64_t position = word(page_)->load(std::memory_order_relaxed);
        const uint64_t end = position + (length + 8 + 7) / 8 * 8;
        if (end - consumed() > SIZE)
            return -1;
        set_header(position, length | picket::Ring::BUSY);
        word(page_)->store(end, std::memory_order_release);
        return static_cast<int64_t>(position);
    }
    void put_all(int64_t position, const std::vector<uint8_t> &bytes) {
        for (size_t i = 0; i < bytes.size(); i++)
            put(static_cast<uint64_t>(position) + 8 + i, bytes[i]);
    }
    void fill(int64_t position, uint16_t kind, uint16_t length, uint64_t mark, uint64_t cgroup = 0) {
        uint8_t record[RECORD] = {};
        memcpy(record, &kind, 2);
        memcpy(record + 2, &length, 2);
        memcpy(record + 8, &mark, 8);
        memcpy(record + 48, &cgroup, 8);
        put_all(position, {record, record + RECORD});
    }
    void commit(int64_t position, uint32_t length, uint32_t flags = 0) {
        set_header(static_cast<uint64_t>(position), length | flags);
    }
    void add(uint16_t kind, uint64_t mark, uint64_t cgroup = 0) {
        const int64_t position = reserve(RECORD);
        CHECK(position >= 0);
        fill(position, kind, RECORD, mark, cgroup);
        commit(position, RECORD);
    }
    // A record that is there as a whole.
    void add(const std::vector<uint8_t> &record) {
        const int64_t position = reserve(static_cast<uint32_t>(record.size()));
        CHECK(position >= 0);
        put_all(position, record);
        commit(position, static_cast<uint32_t>(record.size()));
    }

  private:
    std::atomic<uint64_t> *word(size_t offset) const {
        return reinterpret_cast<std::atomic<uint64_t> *>(memory_ + offset);
    }
    void put(uint64_t position, uint8_t byte) {
        uint8_t *data = memory_ + 2 * page_;
        data[position % SIZE] = byte;
        data[position % SIZE + SIZE] = byte;
    }
    void set_header(uint64_t position, uint32_t header) {
        uint8_t *data = memory_ + 2 * page_;
        // The reader looks into the first half only for headers.
        reinterpret_cast<std::atomic<uint32_t> *>(data + position % SIZE)->store(header, std::memory_order_release);
    }

    size_t page_;
    int fd_;
    uint8_t *memory_;
    std::mutex lock_;
};

struct Rings {
    FakeRing rare_source, bulk_source;
    picket::Ring rare{rare_source.fd(), SIZE};
    picket::Ring bulk{bulk_source.fd(), SIZE};
    picket::Drain drain{rare, bulk};
    std::vector<uint8_t> out = std::vector<uint8_t>(1 << 20);
    std::vector<uint32_t> counts = std::vector<uint32_t>(picket::summary::LONGEST);
    std::vector<uint32_t> marks;

    size_t run() {
        return drain.run(out, counts, marks);
    }
    uint64_t mark(size_t index) const {
        uint64_t value;
        memcpy(&value, out.data() + index * RECORD + 8, sizeof(value));
        return value;
    }
};
