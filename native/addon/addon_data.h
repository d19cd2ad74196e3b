// What belongs to one JavaScript environment. Worker threads load the addon once each, so nothing of this is global.
#pragma once

#include <napi.h>

#include <bpf/btf.h>

#include <memory>

namespace picket {

struct BtfDeleter {
    void operator()(btf *types) const {
        btf__free(types);
    }
};

struct AddonData {
    Napi::FunctionReference native_error;
    Napi::FunctionReference link_class;
    // The types of the running kernel; read at the first question, since parsing takes some 10 ms and 5 MB.
    std::unique_ptr<btf, BtfDeleter> kernel_types;
};

} // namespace picket
