// Paths as text: takes out what does not change which file an absolute path names to its reader.
#pragma once

#include <cstddef>
#include <cstdint>

namespace picket {

// Removes empty and `.` components, resolves `..` against the component before it (above the root it stays at the
// root) and drops slashes at the end, in place. Gives the new length, which is never larger. A path that does not begin
// with a slash is left alone. This is text work only: where a component is a symbolic link, `..` leads elsewhere.
size_t normalize_path(uint8_t *path, size_t length);

} // namespace picket
