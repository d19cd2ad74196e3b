#ifndef PICKET_SANDBOX_LANDLOCK_H
#define PICKET_SANDBOX_LANDLOCK_H

#include "options.h"

/* Files: only the named paths can be read, only the program and its libraries run. TCP and signals to others: none. */
void restrict_by_landlock(const struct options *options);

#endif
