// Typed errors: every failure reaches JavaScript as a NativeError with a stable code.
#pragma once

#include <napi.h>

#include <string>

namespace picket {

namespace code {
inline constexpr const char *OPEN_FAILED = "BPF_OPEN_FAILED";
inline constexpr const char *LOAD_FAILED = "BPF_LOAD_FAILED";
inline constexpr const char *ATTACH_FAILED = "BPF_ATTACH_FAILED";
inline constexpr const char *DETACH_FAILED = "BPF_DETACH_FAILED";
inline constexpr const char *MAP_FAILED = "BPF_MAP_FAILED";
inline constexpr const char *RUN_FAILED = "BPF_RUN_FAILED";
inline constexpr const char *STATS_FAILED = "BPF_STATS_FAILED";
inline constexpr const char *PERMISSION = "BPF_PERMISSION";
inline constexpr const char *BTF_NOT_FOUND = "BTF_NOT_FOUND";
inline constexpr const char *RING_FAILED = "RING_FAILED";
inline constexpr const char *BUFFER_TOO_SMALL = "BUFFER_TOO_SMALL";
inline constexpr const char *CGROUP_FAILED = "CGROUP_FAILED";
inline constexpr const char *READ_FAILED = "READ_FAILED";
inline constexpr const char *NOT_FOUND = "NOT_FOUND";
inline constexpr const char *CLOSED = "CLOSED";
inline constexpr const char *INVALID_ARGUMENT = "INVALID_ARGUMENT";
} // namespace code

// Throws a NativeError. `error` is a positive errno (libbpf's own numbers from 4000 on included) or 0; an empty
// `verifier_log` means that there is none.
[[noreturn]] void fail(Napi::Env env, const char *code, const std::string &message, int error = 0,
                       const std::string &verifier_log = "");

// Throws the NativeError of a refused bpf() call: "<what>: <text of error>. <detail>", with code BPF_PERMISSION and
// the missing capabilities named when the kernel said EPERM, else with `code`.
[[noreturn]] void fail_bpf(Napi::Env env, const char *code, const std::string &what, int error,
                           const std::string &detail = "", const std::string &verifier_log = "");

// The text of an errno or of a libbpf error number; both signs are accepted.
std::string describe(int error);

} // namespace picket
