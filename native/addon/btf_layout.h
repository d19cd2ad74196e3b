// Answers questions about types from BTF, the type information of a BPF object or of the kernel.
#pragma once

#include <napi.h>

#include <bpf/btf.h>

#include <string>

namespace picket {

// {name, size, fields: [{name, type, offset, size, bitOffset, bitSize}]} of a struct or union; members of unnamed
// inner structs and unions are listed as if they stood in the outer one. Throws BTF_NOT_FOUND.
Napi::Object struct_layout(Napi::Env env, const btf *types, const std::string &name, const std::string &where);

// The types of the running kernel, read once an environment. Throws BTF_NOT_FOUND when the kernel offers none.
const btf *kernel_types(Napi::Env env);

// JavaScript: vmlinuxHasType(name) and vmlinuxStructLayout(name).
Napi::Value vmlinux_has_type(const Napi::CallbackInfo &info);
Napi::Value vmlinux_struct_layout(const Napi::CallbackInfo &info);

} // namespace picket
