#include "drain.h"

#include "lexical_path.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace picket {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

namespace {

// How often to look again at a record that another processor is still writing: some tens of microseconds. Writing takes
// less than one, unless the hypervisor has taken that processor away.
constexpr int BUSY_LOOKS = 1000;

template <typename Number> Number read_at(const uint8_t *record, size_t offset) {
    Number value;
    memcpy(&value, record + offset, sizeof(value));
    return value;
}

template <typename Number> void write_at(uint8_t *record, size_t offset, Number value) {
    memcpy(record + offset, &value, sizeof(value));
}

void pause_briefly() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

bool is_well_formed(const Ring::Entry &entry) {
    if (entry.length < record::SHORTEST)
        return false;
    const auto length = read_at<uint16_t>(entry.data, record::LENGTH);
    return length >= record::SHORTEST && length % 8 == 0 && length <= entry.length;
}

} // namespace

size_t Drain::run(std::span<uint8_t> out, std::span<uint32_t> counts, std::span<uint32_t> marks) {
    std::fill(counts.begin(), counts.end(), 0);
    Batch batch{out, counts, marks};
    stats_.calls++;
    Stop stop;
    uint64_t before;
    do {
        before = rare_.position() + bulk_.position();
        stop = run_cycle(batch);
    } while (stop <= Stop::busy && rare_.position() + bulk_.position() != before);
    if (stop == Stop::busy)
        stats_.busy_stops++;
    const bool left = rare_.backlog() > 0 || bulk_.backlog() > 0;
    counts[summary::MORE] = stop == Stop::full || (stop == Stop::barrier && left);
    stats_.records += counts[summary::RECORDS];
    stats_.bytes += batch.written;
    return batch.written;
}

// The order of the two rings: what a process does after its exec is reserved in the bulk ring after the exec was
// reserved in the rare one. So the end of the bulk ring is read first, then the end of the rare one, and the bulk
// ring is copied up to that first end only when the rare ring has been read up to the second.
Drain::Stop Drain::run_cycle(Batch &batch) {
    const uint64_t bulk_limit = bulk_.reserved();
    const uint64_t rare_limit = rare_.reserved();
    Stop stop = copy_rare(batch);
    if (stop == Stop::empty || (stop == Stop::busy && rare_.position() >= rare_limit)) {
        const Stop bulk_stop = copy_until(bulk_, bulk_limit, batch);
        stop = bulk_stop == Stop::empty ? stop : bulk_stop;
    }
    rare_.publish();
    bulk_.publish();
    // The kernel wakes us only for a record that finds everything before it consumed. It writes the record and then
    // reads our position; we wrote our position and look for records next. Without a full barrier both could miss.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return stop;
}

Drain::Stop Drain::copy_rare(Batch &batch) {
    int looks = 0;
    for (;;) {
        const uint64_t before = rare_.position();
        const uint64_t limit = rare_.reserved();
        const Stop stop = copy_until(rare_, limit, batch);
        if (stop > Stop::busy || (stop == Stop::empty && rare_.reserved() == limit))
            return stop;
        looks = rare_.position() == before ? looks + 1 : 0;
        if (stop == Stop::busy && looks >= BUSY_LOOKS)
            return stop;
        if (stop == Stop::busy)
            pause_briefly();
    }
}

Drain::Stop Drain::copy_until(Ring &ring, uint64_t limit, Batch &batch) {
    for (;;) {
        const Ring::Entry entry = ring.peek(limit);
        if (entry.head == Ring::Head::empty)
            return Stop::empty;
        if (entry.head == Ring::Head::busy)
            return Stop::busy;
        if (entry.head == Ring::Head::broken) {
            batch.counts[summary::MALFORMED]++;
            stats_.malformed++;
            ring.skip_to(limit);
            return Stop::empty;
        }
        const Stop stop = take(entry, batch);
        if (stop == Stop::full)
            return stop;
        ring.advance(entry.length);
        if (stop == Stop::barrier)
            return stop;
    }
}

// Copies or counts one record; `empty` means to go on.
Drain::Stop Drain::take(const Ring::Entry &entry, Batch &batch) {
    if (entry.head == Ring::Head::discarded) {
        stats_.discarded++;
        return Stop::empty;
    }
    if (!is_well_formed(entry)) {
        batch.counts[summary::MALFORMED]++;
        stats_.malformed++;
        return Stop::empty;
    }
    const auto length = read_at<uint16_t>(entry.data, record::LENGTH);
    return length > batch.out.size() - batch.written ? Stop::full : copy(entry.data, length, batch);
}

Drain::Stop Drain::copy(const uint8_t *record, uint16_t length, Batch &batch) {
    uint8_t *copied = batch.out.data() + batch.written;
    const auto kind = read_at<uint16_t>(record, record::KIND);
    const uint8_t traits = traits_[kind];
    if (traits & MARKED && !batch.marks.empty())
        return copy_marked(record, length, batch);
    memcpy(copied, record, length);
    stamp(copied, batch);
    count(kind, batch);
    if (traits & PATHS && read_at<uint16_t>(copied, record::FLAGS) & record::FLAG_USER_PATH)
        normalize_paths(copied, kind, length);
    if (traits & BARRIER) {
        batch.counts[summary::BARRIER] = 1;
        batch.counts[summary::BARRIER_AT] = static_cast<uint32_t>(batch.written);
    }
    batch.written += length;
    return traits & BARRIER ? Stop::barrier : Stop::empty;
}

// Copies a record that the caller will look at, with room behind it.
Drain::Stop Drain::copy_marked(const uint8_t *record, uint16_t length, Batch &batch) {
    const auto kind = read_at<uint16_t>(record, record::KIND);
    const uint32_t room = mark_room_[kind];
    const size_t wanted = length + room > record::LONGEST ? length : length + room;
    uint32_t &marks = batch.counts[summary::MARKS];
    if (marks == batch.marks.size() || wanted > batch.out.size() - batch.written)
        return Stop::full;
    uint8_t *copied = batch.out.data() + batch.written;
    memcpy(copied, record, length);
    memset(copied + length, 0, wanted - length);
    write_at(copied, record::LENGTH, static_cast<uint16_t>(wanted));
    stamp(copied, batch);
    count(kind, batch);
    batch.marks[marks++] = static_cast<uint32_t>(batch.written);
    batch.written += wanted;
    return Stop::empty;
}

void Drain::count(uint16_t kind, Batch &batch) {
    const bool has_word = kind < batch.counts.size() - summary::BY_KIND;
    batch.counts[has_word ? summary::BY_KIND + kind : summary::UNKNOWN_KIND]++;
    batch.counts[summary::RECORDS]++;
}

// A reference that is not true is left as it is: nothing outside the strings of the record is touched.
void Drain::normalize_paths(uint8_t *record, uint16_t kind, uint16_t length) {
    for (const PathField &field : path_fields_) {
        if (field.kind != kind || field.reference + 4u > length)
            continue;
        const auto begin = read_at<uint16_t>(record, field.reference);
        const auto before = read_at<uint16_t>(record, field.reference + 2u);
        if (begin < field.fixed || begin + size_t{before} > length)
            continue;
        const size_t after = normalize_path(record + begin, before);
        memset(record + begin + after, 0, before - after);
        write_at(record, field.reference + 2u, static_cast<uint16_t>(after));
    }
}

// Writes what the kernel could not know: the place in the stream, and the slot of a cgroup that was new to it.
void Drain::stamp(uint8_t *record, Batch &batch) {
    write_at(record, record::SEQUENCE, next_sequence++);
    if (read_at<uint16_t>(record, record::SLOT) != 0)
        return;
    const auto known = slots_.find(read_at<uint64_t>(record, record::CGROUP));
    if (known == slots_.end()) {
        batch.counts[summary::PENDING_CONTAINER]++;
        return;
    }
    write_at(record, record::SLOT, known->second.slot);
    write_at(record, record::GENERATION, known->second.generation);
}

} // namespace picket
