// What JavaScript gets when it loads the addon. Every environment (worker threads too) comes through here once.
#include "addon_data.h"
#include "bpf_link.h"
#include "bpf_map.h"
#include "bpf_object.h"
#include "btf_layout.h"
#include "event_reader.h"
#include "lz4.h"
#include "print_capture.h"
#include "reading.h"
#include "system.h"

#include <napi.h>

namespace picket {

namespace {

// JavaScript: initialize(NativeError); the class is called as new NativeError(code, message, errno, verifierLog).
Napi::Value initialize(const Napi::CallbackInfo &info) {
    info.Env().GetInstanceData<AddonData>()->native_error = Napi::Persistent(info[0].As<Napi::Function>());
    return info.Env().Undefined();
}

Napi::Object start(Napi::Env env, Napi::Object exports) {
    install_print_capture();
    auto *data = new AddonData();
    env.SetInstanceData(data);
    data->link_class = Napi::Persistent(BpfLink::define(env));
    exports.Set("BpfObject", BpfObject::define(env));
    exports.Set("BpfMap", BpfMap::define(env));
    exports.Set("EventReader", EventReader::define(env));
    exports.Set("initialize", Napi::Function::New<initialize>(env, "initialize"));
    exports.Set("vmlinuxHasType", Napi::Function::New<vmlinux_has_type>(env, "vmlinuxHasType"));
    exports.Set("vmlinuxStructLayout", Napi::Function::New<vmlinux_struct_layout>(env, "vmlinuxStructLayout"));
    exports.Set("enableRunStats", Napi::Function::New<enable_run_stats>(env, "enableRunStats"));
    exports.Set("closeRunStats", Napi::Function::New<close_run_stats>(env, "closeRunStats"));
    exports.Set("possibleCpus", Napi::Function::New<possible_cpus>(env, "possibleCpus"));
    exports.Set("bootTimeNs", Napi::Function::New<boot_time_ns>(env, "bootTimeNs"));
    exports.Set("compressLz4", Napi::Function::New<compress_lz4>(env, "compressLz4"));
    exports.Set("startReading", Napi::Function::New<start_reading>(env, "startReading"));
    exports.Set("takeReading", Napi::Function::New<take_reading>(env, "takeReading"));
    exports.Set("cgroupId", Napi::Function::New<cgroup_id>(env, "cgroupId"));
    return exports;
}

} // namespace

NODE_API_MODULE(picket_native, start)

} // namespace picket
