// Checks of the ring reader against rings in shared memory, where the states that the kernel shows for nanoseconds
// can be held: records that are still being written, records that wrap, broken lengths. Prints one line a check.
#include "../addon/drain.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

using picket::Drain;
using picket::Ring;
namespace summary = picket::summary;

namespace {

#define CHECK(condition)                                                                                               \
    if (!(condition)) {                                                                                                \
        fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                                        \
        exit(1);                                                                                                       \
    }

constexpr size_t SIZE = 1 << 16;
constexpr uint32_t RECORD = 64;

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
        set_header(position, length | Ring::BUSY);
        word(page_)->store(end, std::memory_order_release);
        return static_cast<int64_t>(position);
    }
    void fill(int64_t position, uint16_t kind, uint16_t length, uint64_t mark, uint64_t cgroup = 0) {
        uint8_t record[RECORD] = {};
        memcpy(record, &kind, 2);
        memcpy(record + 2, &length, 2);
        memcpy(record + 8, &mark, 8);
        memcpy(record + 48, &cgroup, 8);
        for (size_t i = 0; i < RECORD; i++)
            put(static_cast<uint64_t>(position) + 8 + i, record[i]);
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
    Ring rare{rare_source.fd(), SIZE};
    Ring bulk{bulk_source.fd(), SIZE};
    Drain drain{rare, bulk};
    std::vector<uint8_t> out = std::vector<uint8_t>(1 << 20);
    std::vector<uint32_t> counts = std::vector<uint32_t>(summary::LONGEST);

    size_t run() {
        return drain.run(out, counts);
    }
    uint64_t mark(size_t index) const {
        uint64_t value;
        memcpy(&value, out.data() + index * RECORD + 8, sizeof(value));
        return value;
    }
};

void busy_record_holds_back_its_ring() {
    Rings rings;
    rings.bulk_source.add(1, 1);
    const int64_t late = rings.bulk_source.reserve(RECORD);
    rings.bulk_source.add(1, 3);
    CHECK(rings.run() == RECORD && rings.counts[summary::MORE] == 0);
    CHECK(rings.drain.stats().busy_stops == 1);
    rings.bulk_source.fill(late, 1, RECORD, 2);
    rings.bulk_source.commit(late, RECORD);
    CHECK(rings.run() == 2 * RECORD && rings.mark(0) == 2 && rings.mark(1) == 3);
    CHECK(rings.drain.next_sequence == 4);
}

void busy_rare_record_holds_back_the_bulk_ring() {
    Rings rings;
    const int64_t exec = rings.rare_source.reserve(RECORD);
    rings.bulk_source.add(2, 20);
    CHECK(rings.run() == 0);
    rings.rare_source.fill(exec, 1, RECORD, 10);
    rings.rare_source.commit(exec, RECORD);
    CHECK(rings.run() == 2 * RECORD && rings.mark(0) == 10 && rings.mark(1) == 20);
}

void discarded_and_malformed_records_are_counted() {
    Rings rings;
    const int64_t given_up = rings.rare_source.reserve(RECORD);
    rings.rare_source.commit(given_up, RECORD, Ring::DISCARD);
    for (const uint16_t length : {0, 8, 63, 65, 72, 65535}) {
        const int64_t position = rings.rare_source.reserve(RECORD);
        rings.rare_source.fill(position, 1, length, 0);
        rings.rare_source.commit(position, RECORD);
    }
    rings.rare_source.commit(rings.rare_source.reserve(8), 8);
    rings.rare_source.add(1, 5);
    CHECK(rings.run() == RECORD && rings.mark(0) == 5);
    CHECK(rings.counts[summary::MALFORMED] == 7 && rings.drain.stats().malformed == 7);
    CHECK(rings.drain.stats().discarded == 1);
}

void broken_header_does_not_lead_outside() {
    Rings rings;
    rings.rare_source.commit(rings.rare_source.reserve(RECORD), SIZE * 2);
    CHECK(rings.run() == 0 && rings.counts[summary::MALFORMED] == 1);
    rings.rare_source.add(1, 6);
    CHECK(rings.run() == RECORD && rings.mark(0) == 6);
}

void records_wrap_for_many_rounds() {
    Rings rings;
    for (uint64_t mark = 0; mark < 5000; mark++) {
        const uint32_t odd_size = RECORD + mark % 3 * 8;
        const int64_t position = rings.bulk_source.reserve(odd_size);
        CHECK(position >= 0);
        rings.bulk_source.fill(position, 3, RECORD, mark);
        rings.bulk_source.commit(position, odd_size);
        CHECK(rings.run() == RECORD && rings.mark(0) == mark);
    }
    CHECK(rings.bulk_source.consumed() == rings.bulk.reserved());
}

void barrier_ends_the_drain() {
    Rings rings;
    rings.drain.add_barrier(53);
    rings.rare_source.add(1, 1);
    rings.rare_source.add(53, 2, 99);
    rings.rare_source.add(1, 3, 99);
    rings.bulk_source.add(2, 4);
    CHECK(rings.run() == 2 * RECORD && rings.counts[summary::BARRIER] == 1);
    CHECK(rings.counts[summary::BARRIER_AT] == RECORD && rings.counts[summary::MORE] == 1);
    CHECK(rings.counts[summary::PENDING_CONTAINER] == 2);
    rings.drain.assign_slot(99, 7, 8);
    CHECK(rings.run() == 2 * RECORD && rings.counts[summary::BARRIER] == 0);
    CHECK(rings.counts[summary::PENDING_CONTAINER] == 1 && rings.out[56] == 7 && rings.out[58] == 8);
}

// Two writers as two processors: each writes "exec n" and then "open n"; no open may come before its exec.
void exec_comes_before_its_opens() {
    constexpr uint64_t ROUNDS = 50000;
    Rings rings;
    std::atomic<int> writing = 2;
    const auto write = [&](uint64_t writer) {
        unsigned noise = static_cast<unsigned>(writer + 1);
        for (uint64_t round = 0; round < ROUNDS; round++) {
            for (FakeRing *ring : {&rings.rare_source, &rings.bulk_source}) {
                int64_t position;
                while ((position = ring->reserve(RECORD)) < 0)
                    std::this_thread::yield();
                ring->fill(position, ring == &rings.rare_source ? 1 : 2, RECORD, writer << 32 | round);
                if (rand_r(&noise) % 64 == 0)
                    std::this_thread::yield();
                ring->commit(position, RECORD);
            }
        }
        writing--;
    };
    std::thread first(write, 0);
    std::thread second(write, 1);
    uint64_t execs[2] = {};
    uint64_t opens[2] = {};
    while (execs[0] + execs[1] + opens[0] + opens[1] < 4 * ROUNDS) {
        const size_t bytes = rings.run();
        for (size_t i = 0; i < bytes / RECORD; i++) {
            const uint64_t writer = rings.mark(i) >> 32;
            const uint64_t round = rings.mark(i) & UINT32_MAX;
            const bool is_exec = rings.out[i * RECORD] == 1;
            CHECK(round == (is_exec ? execs : opens)[writer]++);
            CHECK(is_exec || round < execs[writer]);
        }
    }
    first.join();
    second.join();
    CHECK(writing == 0 && rings.drain.next_sequence == 4 * ROUNDS + 1);
}

} // namespace

int main() {
    const struct {
        const char *name;
        void (*run)();
    } checks[] = {
        {"busy record holds back its ring", busy_record_holds_back_its_ring},
        {"busy rare record holds back the bulk ring", busy_rare_record_holds_back_the_bulk_ring},
        {"discarded and malformed records are counted", discarded_and_malformed_records_are_counted},
        {"broken header does not lead outside", broken_header_does_not_lead_outside},
        {"records wrap for many rounds", records_wrap_for_many_rounds},
        {"barrier ends the drain", barrier_ends_the_drain},
        {"exec comes before its opens", exec_comes_before_its_opens},
    };
    for (const auto &check : checks) {
        check.run();
        printf("ok %s\n", check.name);
    }
}
