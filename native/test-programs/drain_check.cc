// Checks of the order in which the ring reader takes records, and of records that are still being written, that wrap,
// or whose lengths are broken. Prints one line a check.
#include "fake_ring.h"

#include <thread>

using picket::Ring;
namespace summary = picket::summary;

namespace {

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
