// Checks of what the drain does to single records: marks, room behind them, and paths. Prints one line a check.
#include "../addon/lexical_path.h"
#include "fake_ring.h"

#include <filesystem>
#include <random>
#include <string>

using Bytes = std::vector<uint8_t>;
namespace record = picket::record;
namespace summary = picket::summary;

namespace {

constexpr uint16_t EXEC = 1;
constexpr uint16_t OPEN = 10;
constexpr uint16_t FIXED = 72;

void put16(Bytes &bytes, size_t at, size_t value) {
    const auto word = static_cast<uint16_t>(value);
    memcpy(bytes.data() + at, &word, 2);
}

uint16_t get16(const uint8_t *bytes, size_t at) {
    uint16_t word;
    memcpy(&word, bytes + at, 2);
    return word;
}

// A record with two strings behind 72 bytes, referred to at 64 and 68.
Bytes path_record(uint16_t kind, uint16_t flags, const std::string &first, const std::string &second) {
    const size_t length = (FIXED + first.size() + second.size() + 7) / 8 * 8;
    Bytes bytes(length);
    put16(bytes, record::KIND, kind);
    put16(bytes, record::LENGTH, length);
    put16(bytes, record::FLAGS, flags);
    put16(bytes, 64, FIXED);
    put16(bytes, 66, first.size());
    put16(bytes, 68, FIXED + first.size());
    put16(bytes, 70, second.size());
    memcpy(bytes.data() + FIXED, first.data(), first.size());
    memcpy(bytes.data() + FIXED + first.size(), second.data(), second.size());
    return bytes;
}

std::string text_at(const uint8_t *bytes, size_t reference) {
    const auto *begin = reinterpret_cast<const char *>(bytes + get16(bytes, reference));
    return {begin, get16(bytes, reference + 2)};
}

std::string normalized(std::string path) {
    auto *bytes = reinterpret_cast<uint8_t *>(path.data());
    path.resize(picket::normalize_path(bytes, path.size()));
    return path;
}

void marks_tell_where_records_begin() {
    Rings rings;
    rings.marks.resize(8);
    rings.drain.add_mark(EXEC, 20);
    rings.rare_source.add(EXEC, 1);
    rings.rare_source.add(2, 2);
    rings.rare_source.add(EXEC, 3);
    rings.bulk_source.add(OPEN, 4);
    CHECK(rings.run() == 4 * RECORD + 2 * 24 && rings.counts[summary::MARKS] == 2);
    CHECK(rings.marks[0] == 0 && rings.marks[1] == 2 * RECORD + 24);
    const uint8_t *marked = rings.out.data() + rings.marks[1];
    CHECK(get16(marked, record::KIND) == EXEC && get16(marked, record::LENGTH) == RECORD + 24);
    CHECK(get16(marked, record::SEQUENCE) == 3 && marked[8] == 3);
    for (size_t i = RECORD; i < RECORD + 24; i++)
        CHECK(marked[i] == 0);
    CHECK(rings.counts[summary::BY_KIND + EXEC] == 2 && rings.counts[summary::RECORDS] == 4);
}

void full_marks_end_the_drain() {
    Rings rings;
    rings.marks.resize(2);
    rings.drain.add_mark(EXEC, 0);
    for (uint64_t mark = 1; mark <= 5; mark++)
        rings.rare_source.add(EXEC, mark);
    for (const size_t expected : {2, 2, 1}) {
        CHECK(rings.run() == expected * RECORD && rings.counts[summary::MARKS] == expected);
        CHECK(rings.counts[summary::MORE] == (expected == 2));
    }
    CHECK(rings.drain.next_sequence == 6);
}

void without_places_nothing_is_marked() {
    Rings rings;
    rings.drain.add_mark(EXEC, 64);
    rings.rare_source.add(EXEC, 1);
    CHECK(rings.run() == RECORD && rings.counts[summary::MARKS] == 0 && rings.counts[summary::MORE] == 0);
}

void room_counts_as_part_of_the_record() {
    Rings rings;
    rings.marks.resize(2);
    rings.out.resize(RECORD + 56);
    rings.drain.add_mark(EXEC, 64);
    rings.rare_source.add(EXEC, 1);
    CHECK(rings.run() == 0 && rings.counts[summary::MORE] == 1);
    rings.out.resize(RECORD + 64);
    CHECK(rings.run() == RECORD + 64 && rings.counts[summary::MORE] == 0);
}

void long_records_get_no_room() {
    Rings rings;
    rings.marks.resize(2);
    rings.drain.add_mark(EXEC, 64);
    Bytes longest(65488);
    put16(longest, record::KIND, EXEC);
    put16(longest, record::LENGTH, longest.size());
    rings.rare_source.add(longest);
    CHECK(rings.run() == 65488 && get16(rings.out.data(), record::LENGTH) == 65488);
}

void paths_lose_what_says_nothing() {
    const struct {
        const char *path;
        const char *expected;
    } cases[] = {
        {"", ""},
        {"/", "/"},
        {"//", "/"},
        {"/.", "/"},
        {"/..", "/"},
        {"/../..", "/"},
        {"/a", "/a"},
        {"/a/", "/a"},
        {"/a//b", "/a/b"},
        {"/a/./b", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/../../..", "/"},
        {"/a/b/..", "/a"},
        {"/a/.", "/a"},
        {"/.a/..b", "/.a/..b"},
        {"/a/.../b.", "/a/.../b."},
        {"a//b", "a//b"},
        {"../x", "../x"},
        {"/a/x/.././//y/", "/a/y"},
        {"/../etc/shadow", "/etc/shadow"},
        {"//etc//shadow//", "/etc/shadow"},
        {"/a/..b/c", "/a/..b/c"},
    };
    for (const auto &[path, expected] : cases)
        CHECK(normalized(path) == expected);
}

// The standard library's own lexical normalising is the truth, but for what it keeps of slashes.
void random_paths_are_as_the_standard_library_says() {
    std::mt19937 random(7);
    for (int round = 0; round < 200000; round++) {
        std::string path = "/";
        for (unsigned i = random() % 24; i > 0; i--)
            path += "//..ab"[random() % 6];
        std::string expected = std::filesystem::path(path).lexically_normal();
        while (expected.size() > 1 && expected.back() == '/')
            expected.pop_back();
        CHECK(normalized(path) == expected);
    }
}

void flagged_records_of_path_kinds_are_normalized() {
    Rings rings;
    rings.drain.add_path_field(OPEN, FIXED, 64);
    rings.drain.add_path_field(OPEN, FIXED, 68);
    const Bytes unflagged = path_record(OPEN, 0, "/a//b", "/c/../d");
    const Bytes flagged = path_record(OPEN, record::FLAG_USER_PATH | 1, "/a//b", "/c/../d");
    const Bytes other = path_record(11, record::FLAG_USER_PATH, "/a//b", "/c/../d");
    for (const Bytes *each : {&unflagged, &flagged, &other})
        rings.bulk_source.add(*each);
    const size_t length = unflagged.size();
    CHECK(rings.run() == 3 * length);
    const uint8_t *out = rings.out.data();
    CHECK(text_at(out, 64) == "/a//b" && text_at(out, 68) == "/c/../d");
    CHECK(text_at(out + length, 64) == "/a/b" && text_at(out + length, 68) == "/d");
    CHECK(out[length + FIXED + 4] == 0 && out[length + FIXED + 7] == 0 &&
          get16(out + length, record::LENGTH) == length);
    CHECK(text_at(out + 2 * length, 64) == "/a//b");
}

// Whatever the references say, header and fixed part stay as they are but for the lengths of the strings, and nothing
// behind the record changes. The sanitizers look for reads outside.
void wrong_references_change_nothing_else() {
    Rings rings;
    rings.drain.add_path_field(OPEN, FIXED, 64);
    rings.drain.add_path_field(OPEN, FIXED, 68);
    std::mt19937 random(11);
    for (int round = 0; round < 20000; round++) {
        Bytes bytes = path_record(OPEN, record::FLAG_USER_PATH, std::string(random() % 40, '/'), "/x/..");
        for (const size_t reference : {64, 66, 68, 70})
            if (random() % 2)
                put16(bytes, reference, random() % (random() % 2 ? 130 : 65536));
        rings.bulk_source.add(bytes);
        rings.out.assign(bytes.size() + 64, 0x2f);
        CHECK(rings.run() == bytes.size());
        put16(bytes, record::SEQUENCE, get16(rings.out.data(), record::SEQUENCE));
        CHECK(memcmp(rings.out.data(), bytes.data(), 66) == 0);
        CHECK(get16(rings.out.data(), 66) <= get16(bytes.data(), 66));
        CHECK(get16(rings.out.data(), 68) == get16(bytes.data(), 68));
        for (size_t i = bytes.size(); i < rings.out.size(); i++)
            CHECK(rings.out[i] == 0x2f);
    }
}

// A record that is shorter than its kind can be has no references.
void short_records_are_left_alone() {
    Rings rings;
    rings.drain.add_path_field(OPEN, FIXED, 68);
    Bytes bytes(64);
    put16(bytes, record::KIND, OPEN);
    put16(bytes, record::LENGTH, 64);
    put16(bytes, record::FLAGS, record::FLAG_USER_PATH);
    rings.bulk_source.add(bytes);
    rings.out.assign(64, 0x2f);
    CHECK(rings.run() == 64);
}

} // namespace

int main() {
    const struct {
        const char *name;
        void (*run)();
    } checks[] = {
        {"marks tell where records begin", marks_tell_where_records_begin},
        {"full marks end the drain", full_marks_end_the_drain},
        {"without places nothing is marked", without_places_nothing_is_marked},
        {"room counts as part of the record", room_counts_as_part_of_the_record},
        {"long records get no room", long_records_get_no_room},
        {"paths lose what says nothing", paths_lose_what_says_nothing},
        {"random paths are as the standard library says", random_paths_are_as_the_standard_library_says},
        {"flagged records of path kinds are normalized", flagged_records_of_path_kinds_are_normalized},
        {"wrong references change nothing else", wrong_references_change_nothing_else},
        {"short records are left alone", short_records_are_left_alone},
    };
    for (const auto &check : checks) {
        check.run();
        printf("ok %s\n", check.name);
    }
}
