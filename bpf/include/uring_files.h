/* Layer 3 of the probes: opens and changes of files that were asked for through io_uring. */
#ifndef PICKET_URING_FILES_H
#define PICKET_URING_FILES_H

#include "opened_file.h"
#include "uring_request.h"

/* The text of a name that the kernel has copied; NULL where this kernel keeps names in another way. */
#define name_in(command, member)                                                                                       \
    ({                                                                                                                 \
        const void *text = NULL;                                                                                       \
        if (bpf_core_field_exists((command)->member)) {                                                                \
            struct filename *copied = get(command, member);                                                            \
            if (copied)                                                                                                \
                text = get(copied, name);                                                                              \
        }                                                                                                              \
        text;                                                                                                          \
    })

static __always_inline __u64 begin_open(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req,
                                        __u32 *file_slot) {
    struct picket_file_open *event = (void *)scratch->record;
    struct io_open *asked = as(struct io_open, req);
    __u16 flags = 0;
    fill_header(&event->h, PICKET_FILE_OPEN, task, &scratch->identity, scratch->identity.syscall, 0);
    set_open(event, get(asked, how.flags), get(asked, how.mode));
    event->count = 1;
    describe_nothing(event);
    *file_slot = get(asked, file_slot);
    __u64 at = append_asked_path(scratch, sizeof(*event), task, get(asked, dfd), name_in(asked, filename), KERNEL_NAME,
                                 &flags);
    event->h.flags |= flags;
    set_string(&event->path, sizeof(*event), at);
    set_string(&event->name, at, at);
    return at;
}

/* An open that succeeded is told by its file, like that of a system call. */
static __always_inline __u64 end_open(struct scratch *scratch, __u64 end, struct io_kiocb *req, __u32 file_slot) {
    struct picket_file_open *event = (void *)scratch->record;
    if (event->h.result < 0)
        return end;
    struct file *file = resulting_file(&event->h, req, file_slot);
    if (!file)
        return end;
    __u16 flags = 0;
    describe_file(event, file);
    end = append_path(sizeof(*event), &file->f_path, &flags);
    event->h.flags = (event->h.flags & ~(PICKET_FLAG_USER_PATH | PICKET_FLAG_PATH_TRUNCATED)) | flags;
    set_string(&event->path, sizeof(*event), end);
    set_string(&event->name, end, end);
    return end;
}

static __always_inline __u64 begin_unlink(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_file_modify *event = begin_modify(scratch, task, 0);
    struct io_unlink *asked = as(struct io_unlink, req);
    __u16 flags = 0;
    event->call_flags = get(asked, flags);
    __u64 at = append_asked_path(scratch, sizeof(*event), task, get(asked, dfd), name_in(asked, filename), KERNEL_NAME,
                                 &flags);
    set_names(scratch, at, at, flags);
    return at;
}

static __always_inline __u64 begin_mkdir(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_file_modify *event = begin_modify(scratch, task, 0);
    struct io_mkdir *asked = as(struct io_mkdir, req);
    __u16 flags = 0;
    event->mode = get(asked, mode) & 07777;
    __u64 at = append_asked_path(scratch, sizeof(*event), task, get(asked, dfd), name_in(asked, filename), KERNEL_NAME,
                                 &flags);
    set_names(scratch, at, at, flags);
    return at;
}

static __always_inline __u64 begin_rename(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_file_modify *event = begin_modify(scratch, task, 0);
    struct io_rename *asked = as(struct io_rename, req);
    __u16 flags = 0;
    event->call_flags = get(asked, flags);
    __u64 middle = append_asked_path(scratch, sizeof(*event), task, get(asked, old_dfd), name_in(asked, oldpath),
                                     KERNEL_NAME, &flags);
    __u64 end =
        append_asked_path(scratch, middle, task, get(asked, new_dfd), name_in(asked, newpath), KERNEL_NAME, &flags);
    set_names(scratch, middle, end, flags);
    return end;
}

/* linkat and symlinkat: the kernel puts both into one structure. */
static __always_inline __u64 begin_link(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req,
                                        bool symbolic) {
    struct picket_file_modify *event = begin_modify(scratch, task, 0);
    struct io_link *asked = as(struct io_link, req);
    const void *from = name_in(asked, oldpath);
    __u64 middle = sizeof(*event);
    __u16 flags = 0;
    if (symbolic) {
        middle = append_content(scratch, middle, from, KERNEL_NAME, &flags);
    } else {
        event->call_flags = get(asked, flags);
        middle = append_name_or_place(scratch, middle, task, get(asked, old_dfd), from, KERNEL_NAME, &flags);
    }
    __u64 end =
        append_asked_path(scratch, middle, task, get(asked, new_dfd), name_in(asked, newpath), KERNEL_NAME, &flags);
    set_names(scratch, middle, end, flags);
    return end;
}

static __always_inline __u64 begin_truncate(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_file_modify *event = begin_modify(scratch, task, 0);
    struct io_ftrunc *asked = as(struct io_ftrunc, req);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    if (bpf_core_type_exists(struct io_ftrunc))
        event->new_size = get(asked, len);
    struct file *file = get(req, flags) & REQ_FIXED_FILE ? file_in_slot(get(req, ctx), get(req, cqe.fd))
                                                         : file_of(task, get(req, cqe.fd));
    if (file)
        at = append_known(event, at, &file->f_path, &flags);
    set_names(scratch, at, at, flags);
    return at;
}

#endif
