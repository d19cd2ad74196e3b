/* Layer 2 of the probes: the file behind an open, as file.open tells it. */
#ifndef PICKET_OPENED_FILE_H
#define PICKET_OPENED_FILE_H

#include "path.h"

#define O_CREAT 0100
#define O_TMPFILE 020000000
#define FMODE_CREATED 0x100000

static __always_inline void describe_file(struct picket_file_open *event, struct file *file) {
    struct inode *inode = get(file, f_inode);
    struct super_block *super = get(inode, i_sb);
    event->inode = get(inode, i_ino);
    event->device = get(super, s_dev);
    event->file_mode = get(inode, i_mode);
    event->links = get(inode, i_nlink);
    event->file_flags = file_flags(file, inode) | (get(file, f_mode) & FMODE_CREATED ? PICKET_FILE_CREATED : 0);
}

static __always_inline void describe_nothing(struct picket_file_open *event) {
    event->inode = 0;
    event->device = 0;
    event->file_mode = 0;
    event->links = 0;
    event->file_flags = 0;
}

/* What was asked for; the mode counts only where the call may create. */
static __always_inline void set_open(struct picket_file_open *event, __u32 flags, __u32 mode) {
    event->open_flags = flags;
    event->create_mode = flags & (O_CREAT | O_TMPFILE) ? mode & 07777 : 0;
}

#endif
