// Copies whole records out of the two rings, in an order that detection can rely on.
#pragma once

#include "ring.h"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace picket {

// Where a record's header keeps what drain reads and writes; the schema's generator fixes the same offsets.
namespace record {
inline constexpr size_t KIND = 0;        // u16
inline constexpr size_t LENGTH = 2;      // u16, header included
inline constexpr size_t SEQUENCE = 16;   // u64, written here
inline constexpr size_t CGROUP = 48;     // u64
inline constexpr size_t SLOT = 56;       // u16, written here for a cgroup that has become known
inline constexpr size_t GENERATION = 58; // u16, likewise
inline constexpr size_t SHORTEST = 64;
} // namespace record

// Places in the summary array.
namespace summary {
inline constexpr size_t RECORDS = 0;
inline constexpr size_t MORE = 1;
inline constexpr size_t PENDING_CONTAINER = 2;
inline constexpr size_t MALFORMED = 3;
inline constexpr size_t BARRIER = 4;
inline constexpr size_t BARRIER_AT = 5;
inline constexpr size_t UNKNOWN_KIND = 6;
inline constexpr size_t BY_KIND = 16;
inline constexpr size_t SHORTEST = 128;
inline constexpr size_t LONGEST = 144;
} // namespace summary

struct DrainStats {
    uint64_t calls = 0;
    uint64_t records = 0;
    uint64_t bytes = 0;
    uint64_t discarded = 0;
    uint64_t malformed = 0;
    uint64_t busy_stops = 0;
};

class Drain {
  public:
    Drain(Ring &rare, Ring &bulk) : rare_(rare), bulk_(bulk) {}

    // Fills `out` with records back to back and gives the bytes written; `counts` (summary::SHORTEST words or more) is
    // overwritten. Never leaves the rare ring behind: a record of the bulk ring is copied only after every rare
    // record that was reserved before it. Stops right behind a barrier record.
    size_t run(std::span<uint8_t> out, std::span<uint32_t> counts);

    const DrainStats &stats() const {
        return stats_;
    }

    // Records of this kind end a drain, so that the caller can write its own right behind them.
    void add_barrier(uint16_t kind) {
        barriers_.set(kind);
    }
    // From now on records of this cgroup that the kernel sent without a slot get this one.
    void assign_slot(uint64_t cgroup, uint16_t slot, uint16_t generation) {
        slots_[cgroup] = {slot, generation};
    }
    void forget_slot(uint64_t cgroup) {
        slots_.erase(cgroup);
    }

    uint64_t next_sequence = 1;

  private:
    // Up to busy another cycle may find more.
    enum class Stop { empty, busy, full, barrier };
    struct Slot {
        uint16_t slot;
        uint16_t generation;
    };
    struct Batch {
        std::span<uint8_t> out;
        std::span<uint32_t> counts;
        size_t written = 0;
    };

    Stop run_cycle(Batch &batch);
    Stop copy_rare(Batch &batch);
    Stop copy_until(Ring &ring, uint64_t limit, Batch &batch);
    Stop take(const Ring::Entry &entry, Batch &batch);
    Stop copy(const uint8_t *record, uint16_t length, Batch &batch);
    void stamp(uint8_t *record, Batch &batch);

    Ring &rare_;
    Ring &bulk_;
    DrainStats stats_;
    std::bitset<UINT16_MAX + 1> barriers_;
    std::unordered_map<uint64_t, Slot> slots_;
};

} // namespace picket
