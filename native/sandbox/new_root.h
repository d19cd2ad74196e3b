#ifndef PICKET_SANDBOX_NEW_ROOT_H
#define PICKET_SANDBOX_NEW_ROOT_H

#include "options.h"

/*
 * Makes an empty file system the root, in which only the named paths exist, read only. Whoever may not pass the
 * folders above a path on the machine still can here: they are new folders.
 * Returns 0 or the errno; then the root is the old one.
 */
int enter_new_root(const struct options *options);

#endif
