// Reading files of processes beside the event loop, where it may take for ever.
#pragma once

#include <napi.h>

namespace picket {

// JavaScript: startReading(pid, own, paths, stamps, limit) gives a handle, or undefined when too many readings are
// under way; takeReading(handle, waitMs) blocks for at most that long, and gives undefined when it has not ended.
Napi::Value start_reading(const Napi::CallbackInfo &info);
Napi::Value take_reading(const Napi::CallbackInfo &info);

} // namespace picket
