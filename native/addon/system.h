// Questions to the machine.
#pragma once

#include <napi.h>

namespace picket {

// JavaScript: enableRunStats() gives a handle, closeRunStats(handle) ends it; collection ends it too.
Napi::Value enable_run_stats(const Napi::CallbackInfo &info);
Napi::Value close_run_stats(const Napi::CallbackInfo &info);
Napi::Value possible_cpus(const Napi::CallbackInfo &info);
Napi::Value boot_time_ns(const Napi::CallbackInfo &info);
Napi::Value cgroup_id(const Napi::CallbackInfo &info);

} // namespace picket
