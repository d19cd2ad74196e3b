#ifndef PICKET_SANDBOX_NAMESPACES_H
#define PICKET_SANDBOX_NAMESPACES_H

#include "options.h"

/*
 * Leaves the network, IPC and host name of the machine, and its mounts. With the right to do so, directly; without,
 * by a user namespace of its own, and then the uid is changed before, since afterwards it can not be.
 */
void leave_namespaces(const struct options *options);

#endif
