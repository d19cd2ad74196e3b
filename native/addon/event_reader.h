// The JavaScript handle of the event path: two rings, their drain, and the wake-up.
#pragma once

#include "drain.h"
#include "owned_fd.h"
#include "ring.h"
#include "wake_source.h"

#include <napi.h>

#include <memory>
#include <optional>

namespace picket {

class EventReader : public Napi::ObjectWrap<EventReader> {
  public:
    static Napi::Function define(Napi::Env env);
    // JavaScript: new EventReader(rareFd, bulkFd, onReady, backstopMs, backlogBytes); descriptors are duplicated.
    explicit EventReader(const Napi::CallbackInfo &info);
    ~EventReader() override;

  private:
    // Everything that needs the maps; gone after close().
    struct Rings {
        OwnedFd rare_fd;
        OwnedFd bulk_fd;
        Ring rare;
        Ring bulk;
        Drain drain;
        Rings(OwnedFd rare_fd, size_t rare_size, OwnedFd bulk_fd, size_t bulk_size);
    };

    Rings &require_open(Napi::Env env);
    void on_wake(WakeSource::Reason reason);
    bool is_worth_waking(WakeSource::Reason reason) const;
    void call_on_ready();
    void stop_watching();

    Napi::Value drain(const Napi::CallbackInfo &info);
    Napi::Value add_barrier(const Napi::CallbackInfo &info);
    Napi::Value add_mark(const Napi::CallbackInfo &info);
    Napi::Value add_path_field(const Napi::CallbackInfo &info);
    Napi::Value assign_slot(const Napi::CallbackInfo &info);
    Napi::Value forget_slot(const Napi::CallbackInfo &info);
    Napi::Value stop(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);
    Napi::Value set_ref(const Napi::CallbackInfo &info);
    Napi::Value stats(const Napi::CallbackInfo &info);
    Napi::Value next_sequence(const Napi::CallbackInfo &info);
    void set_next_sequence(const Napi::CallbackInfo &info, const Napi::Value &value);

    std::unique_ptr<Rings> rings_;
    std::shared_ptr<WakeSource> wake_;
    Napi::FunctionReference on_ready_;
    uint64_t backlog_bytes_ = 0;
    uint64_t ring_wakes_ = 0;
    uint64_t timer_wakes_ = 0;
    uint64_t skipped_wakes_ = 0;
};

} // namespace picket
