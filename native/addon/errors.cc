#include "errors.h"

#include "addon_data.h"

#include <bpf/libbpf.h>

#include <cerrno>

namespace picket {

void fail(Napi::Env env, const char *code, const std::string &message, int error, const std::string &verifier_log) {
    AddonData *data = env.GetInstanceData<AddonData>();
    if (data == nullptr || data->native_error.IsEmpty())
        throw Napi::Error::New(env, message);
    Napi::Value log = verifier_log.empty() ? env.Undefined() : Napi::String::New(env, verifier_log);
    Napi::Object value = data->native_error.New(
        {Napi::String::New(env, code), Napi::String::New(env, message), Napi::Number::New(env, error), log});
    throw Napi::Error(env, value);
}

void fail_bpf(Napi::Env env, const char *code, const std::string &what, int error, const std::string &detail,
              const std::string &verifier_log) {
    error = error < 0 ? -error : error;
    std::string message = what + ": " + describe(error);
    if (!detail.empty())
        message += ". " + detail;
    // The verifier also says EPERM for some refused programs; with a log it is the program and not the privilege.
    if (error == EPERM && verifier_log.empty()) {
        message += ". Run as root or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (CAP_SYS_ADMIN before Linux 5.8). A "
                   "frozen map, and a kind of program that this kernel forbids, are refused in the same way";
        fail(env, code::PERMISSION, message, error, verifier_log);
    }
    fail(env, code, message, error, verifier_log);
}

std::string describe(int error) {
    char text[128] = "";
    libbpf_strerror(error, text, sizeof(text));
    return text;
}

} // namespace picket
