#include "bpf_link.h"

#include "addon_data.h"
#include "errors.h"
#include "owned_fd.h"
#include "print_capture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace picket {

namespace {

constexpr size_t READ_STEP = 64 << 10;

} // namespace

int Attachment::detach() {
    bpf_link *link = std::exchange(link_, nullptr);
    return link == nullptr ? 0 : -bpf_link__destroy(link);
}

int Attachment::fd() const {
    return link_ == nullptr ? -1 : bpf_link__fd(link_);
}

Napi::Function BpfLink::define(Napi::Env env) {
    return DefineClass(env, "BpfLink",
                       {
                           InstanceMethod<&BpfLink::detach>("detach"),
                           InstanceMethod<&BpfLink::read_iterator>("readIterator"),
                       });
}

Napi::Object BpfLink::wrap(Napi::Env env, std::shared_ptr<Attachment> attachment) {
    Napi::Object link = env.GetInstanceData<AddonData>()->link_class.New({});
    Unwrap(link)->attachment_ = std::move(attachment);
    return link;
}

BpfLink::BpfLink(const Napi::CallbackInfo &info) : Napi::ObjectWrap<BpfLink>(info) {}

Napi::Value BpfLink::detach(const Napi::CallbackInfo &info) {
    PrintCapture capture;
    const int error = attachment_ ? attachment_->detach() : 0;
    attachment_.reset();
    if (error != 0)
        fail_bpf(info.Env(), code::DETACH_FAILED, "cannot detach the program", error, capture.text());
    return info.Env().Undefined();
}

Napi::Value BpfLink::read_iterator(const Napi::CallbackInfo &info) {
    const int link = attachment_ ? attachment_->fd() : -1;
    if (link < 0)
        fail(info.Env(), code::CLOSED, "the program is detached; attach it again");
    const OwnedFd walk(bpf_iter_create(link));
    if (!walk.is_open())
        fail_bpf(info.Env(), code::RUN_FAILED, "cannot start the walk; only programs of iter/ sections walk", errno);
    std::vector<uint8_t> text;
    size_t used = 0;
    for (;;) {
        text.resize(used + READ_STEP);
        const ssize_t count = ::read(walk.get(), text.data() + used, READ_STEP);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count < 0)
            fail_bpf(info.Env(), code::RUN_FAILED, "the walk broke off", errno);
        if (count == 0)
            break;
        used += static_cast<size_t>(count);
    }
    Napi::Uint8Array result = Napi::Uint8Array::New(info.Env(), used);
    if (used > 0)
        memcpy(result.Data(), text.data(), used);
    return result;
}

} // namespace picket
