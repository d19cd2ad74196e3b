/* A program that lies in a folder which everybody may write to is run: a common second step of an intruder. */
#include "../../../sdk/c/picket_detector.h"

static const struct text FOLDERS[] = {TEXT("/tmp/"), TEXT("/var/tmp/"), TEXT("/dev/shm/")};

const char *on_init(struct text config) {
    if (config.length > 2)
        return "temporary-exec takes no configuration";
    return NULL;
}

const char *on_event(const struct event *event) {
    if (event->h->kind != PICKET_PROCESS_EXEC || event->h->slot == 0 || event->h->flags & PICKET_FLAG_SNAPSHOT)
        return NULL;
    const struct picket_process_exec *exec = (const struct picket_process_exec *)event->h;
    struct text path = text_of(event->h, exec->path);
    for (__u32 i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
        if (!starts_with(path, FOLDERS[i]))
            continue;
        struct field fields[] = {{TEXT("proc.exepath"), path}, {TEXT("folder"), FOLDERS[i]}};
        emit(event, &(struct finding){
                        .title = TEXT("Program of a temporary folder run"),
                        .severity = NOTICE,
                        .message = path,
                        .group = path,
                        .fields = fields,
                        .field_count = 2,
                    });
        return NULL;
    }
    return NULL;
}

const char *on_tick(__u64 now) {
    return NULL;
}
