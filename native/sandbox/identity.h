#ifndef PICKET_SANDBOX_IDENTITY_H
#define PICKET_SANDBOX_IDENTITY_H

#include "options.h"

/* Takes the uid and gid that are asked for and leaves all groups; stays who it is when that is refused. */
void change_identity(const struct options *options);

/* Gives up every capability for good, also such as an exec could bring back. */
void drop_capabilities(void);

#endif
