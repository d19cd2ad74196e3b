#ifndef PICKET_SANDBOX_LIMITS_H
#define PICKET_SANDBOX_LIMITS_H

#include "options.h"

/* Resource limits; they can not be raised again without capabilities. */
void set_limits(const struct options *options);

/* Closes every descriptor at the exec but the standard ones and those that are to be kept. */
void close_others(const struct options *options);

#endif
