#ifndef PICKET_SANDBOX_OPTIONS_H
#define PICKET_SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#define MOST_PATHS 64
#define MOST_FDS 16

/* What the command line asks for. */
struct options {
    bool change_uid;
    uid_t uid;
    gid_t gid;
    /* Who started it: when that process is gone already, nobody would ever end this one. 0: not checked. */
    pid_t parent;
    /* Refuse to start when a confinement is missing. */
    bool required;
    /* An empty folder that becomes the root; NULL: the root stays. */
    const char *root;
    /* What can be seen below the new root, read only, at the same paths. Nothing is run from `paths`; the program and
     * its libraries come from `programs`. */
    const char *paths[MOST_PATHS];
    int path_count;
    const char *programs[MOST_PATHS];
    int program_count;
    int keep[MOST_FDS];
    int keep_count;
    int report_fd;
    rlim_t data_bytes;
    rlim_t address_bytes;
    rlim_t open_files;
    rlim_t processes;
    /* The program with its arguments, ended by NULL. */
    char **command;
};

/* Ends the process with a sentence on stderr when the arguments can not be taken. */
void read_options(struct options *options, char **argv);

#endif
