// An attached program.
#pragma once

#include <napi.h>

#include <memory>

struct bpf_link;

namespace picket {

// Detaches when it is destroyed, if nobody did before. Shared by the object, which detaches everything when it is
// closed, and by the JavaScript handle, whose collection alone detaches nothing.
class Attachment {
  public:
    explicit Attachment(bpf_link *link) : link_(link) {}
    ~Attachment() {
        detach();
    }
    Attachment(const Attachment &) = delete;
    Attachment &operator=(const Attachment &) = delete;

    // 0 or a positive errno; nothing happens the second time.
    int detach();
    bool is_attached() const {
        return link_ != nullptr;
    }
    // The link's descriptor, or -1 when detached.
    int fd() const;

  private:
    bpf_link *link_;
};

class BpfLink : public Napi::ObjectWrap<BpfLink> {
  public:
    static Napi::Function define(Napi::Env env);
    static Napi::Object wrap(Napi::Env env, std::shared_ptr<Attachment> attachment);
    explicit BpfLink(const Napi::CallbackInfo &info);

  private:
    Napi::Value detach(const Napi::CallbackInfo &info);
    Napi::Value read_iterator(const Napi::CallbackInfo &info);

    std::shared_ptr<Attachment> attachment_;
};

} // namespace picket
