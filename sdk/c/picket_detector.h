/*
 * Detectors in C, without a C library: the functions of the host (sdk/wit/detector.wit in the form of
 * docs/detector-world.md), the walk over a batch (docs/detectors.md, "The batch"), memory for what the host hands over.
 * The records are those of picket_events.gen.h. Texts are UTF-8.
 *
 * A detector includes this once and defines on_init, on_event and on_tick. What the host hands over is valid until
 * they return. Each answers NULL when all went well, else a text that is shown.
 */
#ifndef PICKET_DETECTOR_H
#define PICKET_DETECTOR_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;

#include "../../bpf/include/picket_events.gen.h"

#define NULL ((void *)0)

/* A text that is not ended by a zero. */
struct text {
    const char *at;
    __u32 length;
};
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

struct field {
    struct text name;
    struct text value;
};

enum severity { EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, DEBUG };

#define HOST(name) __attribute__((import_module("picket:detector/host@0.1.0"), import_name(#name)))
#define GUEST(name) __attribute__((export_name(#name)))

HOST(emit)
void host_emit(const char *title, __u32 title_length, __u32 severity, const char *message, __u32 message_length,
               __u32 event, __u32 slot, const char *group, __u32 group_length, const struct field *fields,
               __u32 field_count);
HOST(log) void host_log(__u32 level, const char *message, __u32 length);
HOST(now) __u64 host_now(void);

/* One event: its place in the batch, and its record. */
struct event {
    __u32 index;
    const struct picket_header *h;
};

const char *on_init(struct text config);
const char *on_event(const struct event *event);
const char *on_tick(__u64 now);

struct finding {
    struct text title;
    enum severity severity;
    struct text message;
    /* findings with the same group are one alert that counts; empty stands for the title */
    struct text group;
    const struct field *fields;
    __u32 field_count;
};

/* Says what was found in this event. */
static inline void emit(const struct event *event, const struct finding *finding) {
    host_emit(finding->title.at, finding->title.length, finding->severity, finding->message.at, finding->message.length,
              event->index, event->h->slot, finding->group.at, finding->group.length, finding->fields,
              finding->field_count);
}

static inline struct text text_of(const struct picket_header *h, struct picket_str string) {
    return (struct text){(const char *)h + string.offset, string.length};
}

static inline int starts_with(struct text text, struct text prefix) {
    if (text.length < prefix.length)
        return 0;
    for (__u32 i = 0; i < prefix.length; i++)
        if (text.at[i] != prefix.at[i])
            return 0;
    return 1;
}

#define PAGE 65536

/* Everything from here on is free; given out one after the other, and taken back when an export returns. */
extern unsigned char __heap_base;
static __u32 arena_used;

GUEST(cabi_realloc)
void *cabi_realloc(void *old, __u32 old_size, __u32 align, __u32 size) {
    __u32 base = (__u32)&__heap_base;
    __u32 at = (base + arena_used + align - 1) & ~(align - 1);
    __u32 end = at + size;
    __u32 pages = (end + PAGE - 1) / PAGE;
    __u32 have = __builtin_wasm_memory_size(0);
    if (end < at || (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (__u32)-1))
        __builtin_trap();
    for (__u32 i = 0; i < old_size && i < size; i++)
        ((char *)at)[i] = ((const char *)old)[i];
    arena_used = end - base;
    return (void *)at;
}

/* result<_, string> */
struct answer {
    __u32 failed;
    const char *why;
    __u32 length;
};

static struct answer *answer(const char *why) {
    static struct answer out;
    out = (struct answer){why != NULL, why, 0};
    while (why && why[out.length])
        out.length++;
    arena_used = 0;
    return &out;
}

GUEST(init) struct answer *guest_init(const char *config, __u32 length) {
    return answer(on_init((struct text){config, length}));
}

/* Places in the prelude of a batch. */
#define PRELUDE_MAGIC 0
#define PRELUDE_LENGTH 8
#define PRELUDE_DICTIONARY 12
#define PRELUDE_COUNT 16
#define BATCH_MAGIC 0x31444b50

GUEST(onbatch) struct answer *guest_onbatch(const unsigned char *batch, __u32 length) {
    const __u32 *prelude = (const __u32 *)batch;
    if (length < PRELUDE_COUNT + 8 || prelude[PRELUDE_MAGIC] != BATCH_MAGIC)
        return answer("the batch has another form than this detector knows");
    const unsigned char *at = batch + prelude[PRELUDE_LENGTH / 4] + prelude[PRELUDE_DICTIONARY / 4];
    struct event event = {0, NULL};
    for (; event.index < prelude[PRELUDE_COUNT / 4]; event.index++) {
        event.h = (const struct picket_header *)at;
        const char *why = on_event(&event);
        if (why)
            return answer(why);
        at += event.h->length;
    }
    return answer(NULL);
}

GUEST(ontick) struct answer *guest_ontick(__u64 now) {
    return answer(on_tick(now));
}

#endif
