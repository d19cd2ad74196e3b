#include "lexical_path.h"

#include <cstring>

namespace picket {

namespace {

// Where the first slash stands that something may have to be done about; `length` when there is none. Most paths have
// none, so that this look is all they cost.
size_t first_odd_slash(const uint8_t *path, size_t length) {
    const uint8_t *end = path + length;
    for (const uint8_t *at = path; at < end; at++) {
        at = static_cast<const uint8_t *>(memchr(at, '/', static_cast<size_t>(end - at)));
        if (at == nullptr)
            return length;
        if (at + 1 == end || at[1] == '/' || at[1] == '.')
            return static_cast<size_t>(at - path);
    }
    return length;
}

bool is_parent(const uint8_t *name, size_t length) {
    return length == 2 && name[0] == '.' && name[1] == '.';
}

bool is_nothing(const uint8_t *name, size_t length) {
    return length == 0 || (length == 1 && name[0] == '.');
}

size_t without_last(const uint8_t *path, size_t length) {
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length == 0 ? 0 : length - 1;
}

} // namespace

size_t normalize_path(uint8_t *path, size_t length) {
    if (length == 0 || path[0] != '/')
        return length;
    size_t written = first_odd_slash(path, length);
    if (written == length)
        return length;
    // path[0..written) is in order and has no slash at its end; `at` stands behind a slash.
    for (size_t at = written + 1; at <= length;) {
        const uint8_t *name = path + at;
        const void *slash = memchr(name, '/', length - at);
        const size_t size = slash ? static_cast<size_t>(static_cast<const uint8_t *>(slash) - name) : length - at;
        at += size + 1;
        if (is_parent(name, size)) {
            written = without_last(path, written);
        } else if (!is_nothing(name, size)) {
            path[written] = '/';
            memmove(path + written + 1, name, size);
            written += size + 1;
        }
    }
    if (written == 0)
        path[written++] = '/';
    return written;
}

} // namespace picket
