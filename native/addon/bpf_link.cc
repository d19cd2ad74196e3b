#include "bpf_link.h"

#include "addon_data.h"
#include "errors.h"
#include "print_capture.h"

#include <bpf/libbpf.h>

#include <utility>

namespace picket {

int Attachment::detach() {
    bpf_link *link = std::exchange(link_, nullptr);
    return link == nullptr ? 0 : -bpf_link__destroy(link);
}

Napi::Function BpfLink::define(Napi::Env env) {
    return DefineClass(env, "BpfLink", {InstanceMethod<&BpfLink::detach>("detach")});
}

Napi::Object BpfLink::wrap(Napi::Env env, std::shared_ptr<Attachment> attachment) {
    Napi::Object link = env.GetInstanceData<AddonData>()->link_class.New({});
    Unwrap(link)->attachment_ = std::move(attachment);
    return link;
}

BpfLink::BpfLink(const Napi::CallbackInfo &info) : Napi::ObjectWrap<BpfLink>(info) {
}

Napi::Value BpfLink::detach(const Napi::CallbackInfo &info) {
    PrintCapture capture;
    const int error = attachment_ ? attachment_->detach() : 0;
    attachment_.reset();
    if (error != 0)
        fail_bpf(info.Env(), code::DETACH_FAILED, "cannot detach the program", error, capture.text());
    return info.Env().Undefined();
}

} // namespace picket
