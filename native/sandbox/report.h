#ifndef PICKET_SANDBOX_REPORT_H
#define PICKET_SANDBOX_REPORT_H

#include <stdbool.h>

/* Where the lines of the report go: "have NAME", "miss NAME REASON", "fail WHAT REASON". -1: to stderr. */
void report_to(int fd);

/* A confinement that is in force. */
void have(const char *name);
/* One that could not be had, with the error of the call that refused it. */
void miss(const char *name, int error);
bool anything_missing(void);

/* What must not fail has failed: tells and ends the process. */
_Noreturn void give_up(const char *what, int error);

#endif
