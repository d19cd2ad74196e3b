#include "event_reader.h"

#include "arguments.h"
#include "errors.h"
#include "map_shape.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace picket {

namespace {

MapShape require_ring(Napi::Env env, int fd) {
    MapShape shape = read_map_shape(env, fd);
    if (shape.type != BPF_MAP_TYPE_RINGBUF)
        fail(env, code::RING_FAILED,
             "map '" + shape.name + "' is a " + map_type_name(shape.type) + "; the reader needs ring buffers", EINVAL);
    return shape;
}

} // namespace

Napi::Function EventReader::define(Napi::Env env) {
    return DefineClass(
        env, "EventReader",
        {
            InstanceMethod<&EventReader::drain>("drain"),
            InstanceMethod<&EventReader::add_barrier>("addBarrier"),
            InstanceMethod<&EventReader::add_mark>("addMark"),
            InstanceMethod<&EventReader::add_path_field>("addPathField"),
            InstanceMethod<&EventReader::assign_slot>("assignSlot"),
            InstanceMethod<&EventReader::forget_slot>("forgetSlot"),
            InstanceMethod<&EventReader::stop>("stop"),
            InstanceMethod<&EventReader::close>("close"),
            InstanceMethod<&EventReader::set_ref>("setRef"),
            InstanceMethod<&EventReader::stats>("stats"),
            InstanceAccessor<&EventReader::next_sequence, &EventReader::set_next_sequence>("nextSequence"),
        });
}

EventReader::Rings::Rings(OwnedFd rare_map, size_t rare_size, OwnedFd bulk_map, size_t bulk_size)
    : rare_fd(std::move(rare_map)), bulk_fd(std::move(bulk_map)), rare(rare_fd.get(), rare_size),
      bulk(bulk_fd.get(), bulk_size), drain(rare, bulk) {}

EventReader::EventReader(const Napi::CallbackInfo &info) : Napi::ObjectWrap<EventReader>(info) {
    const Napi::Env env = info.Env();
    OwnedFd rare(duplicate_map_fd(env, fd_argument(info, 0, "rare")));
    OwnedFd bulk(duplicate_map_fd(env, fd_argument(info, 1, "bulk")));
    if (!info[2].IsFunction())
        fail(env, code::INVALID_ARGUMENT, "onReady must be a function");
    const uint32_t backstop_ms = u32_argument(info, 3, "backstopMs");
    backlog_bytes_ = u32_argument(info, 4, "backlogBytes");
    const MapShape rare_ring = require_ring(env, rare.get());
    const MapShape bulk_ring = require_ring(env, bulk.get());
    if (rare_ring.id == bulk_ring.id)
        fail(env, code::RING_FAILED, "map '" + rare_ring.name + "' cannot be both rings", EINVAL);
    on_ready_ = Napi::Persistent(info[2].As<Napi::Function>());
    try {
        rings_ =
            std::make_unique<Rings>(std::move(rare), rare_ring.max_entries, std::move(bulk), bulk_ring.max_entries);
        wake_ = WakeSource::start(env, rings_->rare_fd.get(), rings_->bulk_fd.get(), backstop_ms,
                                  [this](WakeSource::Reason reason) { on_wake(reason); });
    } catch (const std::system_error &error) {
        fail_bpf(env, code::RING_FAILED, error.what(), error.code().value());
    }
    // A reader that still watches must not be collected because nobody else holds it.
    Ref();
}

EventReader::~EventReader() {
    if (wake_)
        wake_->close();
}

EventReader::Rings &EventReader::require_open(Napi::Env env) {
    if (!rings_)
        fail(env, code::CLOSED, "the event reader is closed; make a new one");
    return *rings_;
}

void EventReader::on_wake(WakeSource::Reason reason) {
    if (!is_worth_waking(reason)) {
        skipped_wakes_++;
        return;
    }
    (reason == WakeSource::Reason::timer ? timer_wakes_ : ring_wakes_)++;
    call_on_ready();
}

bool EventReader::is_worth_waking(WakeSource::Reason reason) const {
    if (!rings_)
        return false;
    const uint64_t bulk = rings_->bulk.backlog();
    if (rings_->rare.backlog() > 0)
        return true;
    return reason == WakeSource::Reason::timer ? bulk > 0 : bulk > 0 && bulk >= backlog_bytes_;
}

// Plain Node-API: node-addon-api would throw C++ exceptions through libuv when the environment is being stopped.
void EventReader::call_on_ready() {
    const napi_env env = Env();
    const Napi::HandleScope scope(env);
    napi_value receiver = Env().Undefined();
    napi_value callback = on_ready_.Value();
    napi_value ignored;
    napi_get_global(env, &receiver);
    if (napi_make_callback(env, nullptr, receiver, callback, 0, nullptr, &ignored) != napi_pending_exception)
        return;
    napi_value exception;
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
        napi_fatal_exception(env, exception);
}

Napi::Value EventReader::drain(const Napi::CallbackInfo &info) {
    Rings &rings = require_open(info.Env());
    const std::span<uint8_t> out = bytes_argument(info, 0, "out");
    const std::span<uint32_t> counts = words_argument(info, 1, "summary");
    if (counts.size() < summary::SHORTEST)
        fail(info.Env(), code::BUFFER_TOO_SMALL,
             "summary must have at least " + std::to_string(summary::SHORTEST) + " words");
    const std::span<uint32_t> marks = words_argument(info, 2, "marks");
    const size_t words = std::min(counts.size(), summary::LONGEST);
    return Napi::Number::New(info.Env(), static_cast<double>(rings.drain.run(out, counts.first(words), marks)));
}

Napi::Value EventReader::add_barrier(const Napi::CallbackInfo &info) {
    require_open(info.Env()).drain.add_barrier(u16_argument(info, 0, "kind"));
    return info.Env().Undefined();
}

Napi::Value EventReader::add_mark(const Napi::CallbackInfo &info) {
    const uint16_t kind = u16_argument(info, 0, "kind");
    require_open(info.Env()).drain.add_mark(kind, u16_argument(info, 1, "room"));
    return info.Env().Undefined();
}

Napi::Value EventReader::add_path_field(const Napi::CallbackInfo &info) {
    const uint16_t kind = u16_argument(info, 0, "kind");
    const uint16_t fixed = u16_argument(info, 1, "fixed");
    const uint16_t reference = u16_argument(info, 2, "reference");
    if (fixed < record::SHORTEST || reference < record::SHORTEST || reference + 4u > fixed)
        fail(info.Env(), code::INVALID_ARGUMENT, "a path reference must lie between header and strings of the record");
    require_open(info.Env()).drain.add_path_field(kind, fixed, reference);
    return info.Env().Undefined();
}

Napi::Value EventReader::assign_slot(const Napi::CallbackInfo &info) {
    const uint64_t cgroup = u64_value(info.Env(), info[0], "cgroup");
    require_open(info.Env())
        .drain.assign_slot(cgroup, u16_argument(info, 1, "slot"), u16_argument(info, 2, "generation"));
    return info.Env().Undefined();
}

Napi::Value EventReader::forget_slot(const Napi::CallbackInfo &info) {
    require_open(info.Env()).drain.forget_slot(u64_value(info.Env(), info[0], "cgroup"));
    return info.Env().Undefined();
}

void EventReader::stop_watching() {
    if (!wake_)
        return;
    std::exchange(wake_, nullptr)->close();
    Unref();
}

Napi::Value EventReader::stop(const Napi::CallbackInfo &info) {
    stop_watching();
    return info.Env().Undefined();
}

Napi::Value EventReader::close(const Napi::CallbackInfo &info) {
    stop_watching();
    on_ready_.Reset();
    rings_.reset();
    return info.Env().Undefined();
}

Napi::Value EventReader::set_ref(const Napi::CallbackInfo &info) {
    const bool keep_alive = bool_argument(info, 0, "keepAlive");
    if (wake_)
        wake_->set_ref(keep_alive);
    return info.Env().Undefined();
}

Napi::Value EventReader::stats(const Napi::CallbackInfo &info) {
    const Rings &rings = require_open(info.Env());
    const DrainStats &drained = rings.drain.stats();
    Napi::Object stats = Napi::Object::New(info.Env());
    const auto set = [&](const char *name, uint64_t value) { stats.Set(name, static_cast<double>(value)); };
    set("drains", drained.calls);
    set("records", drained.records);
    set("bytes", drained.bytes);
    set("discarded", drained.discarded);
    set("malformed", drained.malformed);
    set("busyStops", drained.busy_stops);
    set("ringWakes", ring_wakes_);
    set("timerWakes", timer_wakes_);
    set("skippedWakes", skipped_wakes_);
    set("pollErrors", wake_ ? wake_->poll_errors() : 0);
    set("rareBacklog", rings.rare.backlog());
    set("bulkBacklog", rings.bulk.backlog());
    set("rareSize", rings.rare.size());
    set("bulkSize", rings.bulk.size());
    return stats;
}

Napi::Value EventReader::next_sequence(const Napi::CallbackInfo &info) {
    return Napi::BigInt::New(info.Env(), require_open(info.Env()).drain.next_sequence);
}

void EventReader::set_next_sequence(const Napi::CallbackInfo &info, const Napi::Value &value) {
    require_open(info.Env()).drain.next_sequence = u64_value(info.Env(), value, "nextSequence");
}

} // namespace picket
