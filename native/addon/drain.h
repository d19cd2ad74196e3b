// Copies whole records out of the two rings, in an order that detection can rely on.
#pragma once

#include "ring.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace picket {

// Where a record's header keeps what drain reads and writes; the schema's generator fixes the same offsets.
namespace record {
inline constexpr size_t KIND = 0;        // u16
inline constexpr size_t LENGTH = 2;      // u16, header included
inline constexpr size_t FLAGS = 4;       // u16
inline constexpr size_t SEQUENCE = 16;   // u64, written here
inline constexpr size_t CGROUP = 48;     // u64
inline constexpr size_t SLOT = 56;       // u16, written here for a cgroup that has become known
inline constexpr size_t GENERATION = 58; // u16, likewise
inline constexpr size_t SHORTEST = 64;
inline constexpr size_t LONGEST = 65528;
// The flag of a record whose paths were only to be had as the caller wrote them.
inline constexpr uint16_t FLAG_USER_PATH = 8;
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
inline constexpr size_t MARKS = 7;
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
    // record that was reserved before it. Stops right behind a barrier record. Writes where the records of marked kinds
    // begin in `out` into `marks`, and stops before one that has no place there; with no places at all no kind is
    // marked.
    size_t run(std::span<uint8_t> out, std::span<uint32_t> counts, std::span<uint32_t> marks);

    const DrainStats &stats() const {
        return stats_;
    }

    // Records of this kind end a drain, so that the caller can write its own right behind them.
    void add_barrier(uint16_t kind) {
        traits_[kind] |= BARRIER;
    }
    // Records of this kind are marked. Each gets `room` more bytes, zeros, for a caller that will make it longer;
    // `room` is rounded up to a multiple of 8, and left out where the record would become too long.
    void add_mark(uint16_t kind, uint16_t room) {
        traits_[kind] |= MARKED;
        mark_room_[kind] = (room + 7u) & ~7u;
    }
    // Records of this kind have a path at this reference (u16 offset, u16 length): it is normalised when the record
    // has FLAG_USER_PATH. Strings begin behind the first `fixed` bytes of the record.
    void add_path_field(uint16_t kind, uint16_t fixed, uint16_t reference) {
        traits_[kind] |= PATHS;
        path_fields_.push_back({kind, fixed, reference});
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
        std::span<uint32_t> marks;
        size_t written = 0;
    };
    // What is special about a kind; most have none of these.
    enum Trait : uint8_t { BARRIER = 1, MARKED = 2, PATHS = 4 };
    struct PathField {
        uint16_t kind;
        uint16_t fixed;
        uint16_t reference;
    };

    Stop run_cycle(Batch &batch);
    Stop copy_rare(Batch &batch);
    Stop copy_until(Ring &ring, uint64_t limit, Batch &batch);
    Stop take(const Ring::Entry &entry, Batch &batch);
    Stop copy(const uint8_t *record, uint16_t length, Batch &batch);
    Stop copy_marked(const uint8_t *record, uint16_t length, Batch &batch);
    void stamp(uint8_t *record, Batch &batch);
    void count(uint16_t kind, Batch &batch);
    void normalize_paths(uint8_t *record, uint16_t kind, uint16_t length);

    Ring &rare_;
    Ring &bulk_;
    DrainStats stats_;
    std::vector<uint8_t> traits_ = std::vector<uint8_t>(UINT16_MAX + 1);
    std::unordered_map<uint16_t, uint32_t> mark_room_;
    std::vector<PathField> path_fields_;
    std::unordered_map<uint64_t, Slot> slots_;
};

} // namespace picket
