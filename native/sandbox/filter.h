#ifndef PICKET_SANDBOX_FILTER_H
#define PICKET_SANDBOX_FILTER_H

/*
 * Allows the system calls that node makes, and exec of one path at one address; everything else fails with EPERM.
 * Another architecture, and an exec from any other address, end the process.
 * Returns 0 or the errno.
 */
int install_filter(const char *program);

#endif
