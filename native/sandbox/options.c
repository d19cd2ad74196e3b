#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 64

static void refuse(const char *argument, const char *why) {
    fprintf(stderr, "picket-sandbox: %s %s\n", argument, why);
    exit(EXIT_USAGE);
}

static unsigned long long number(const char *name, const char *text) {
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-')
        refuse(name, "needs a number");
    return value;
}

static void add_path(const char *name, const char **paths, int *count, const char *path) {
    if (*count == MOST_PATHS)
        refuse(name, "is given too often");
    /* They are made below the new root as they are written. */
    if (path[0] != '/' || strstr(path, "/../") != NULL)
        refuse(name, "needs an absolute path without ..");
    paths[(*count)++] = path;
}

static void take(struct options *options, const char *name, const char *value) {
    if (strcmp(name, "--uid") == 0) {
        options->change_uid = true;
        options->uid = (uid_t)number(name, value);
        options->gid = options->uid;
    } else if (strcmp(name, "--parent") == 0) {
        options->parent = (pid_t)number(name, value);
    } else if (strcmp(name, "--root") == 0) {
        options->root = value;
    } else if (strcmp(name, "--path") == 0) {
        add_path(name, options->paths, &options->path_count, value);
    } else if (strcmp(name, "--program") == 0) {
        add_path(name, options->programs, &options->program_count, value);
    } else if (strcmp(name, "--keep") == 0) {
        if (options->keep_count == MOST_FDS)
            refuse(name, "is given too often");
        options->keep[options->keep_count++] = (int)number(name, value);
    } else if (strcmp(name, "--report") == 0) {
        options->report_fd = (int)number(name, value);
    } else if (strcmp(name, "--data") == 0) {
        options->data_bytes = number(name, value);
    } else if (strcmp(name, "--address") == 0) {
        options->address_bytes = number(name, value);
    } else if (strcmp(name, "--files") == 0) {
        options->open_files = number(name, value);
    } else if (strcmp(name, "--processes") == 0) {
        options->processes = number(name, value);
    } else {
        refuse(name, "is not an option");
    }
}

void read_options(struct options *options, char **argv) {
    memset(options, 0, sizeof(*options));
    options->report_fd = -1;
    options->data_bytes = RLIM_INFINITY;
    options->address_bytes = RLIM_INFINITY;
    options->open_files = 256;
    options->processes = 64;
    char **next = argv + 1;
    for (; *next != NULL && strcmp(*next, "--") != 0; next++) {
        if (strcmp(*next, "--required") == 0) {
            options->required = true;
            continue;
        }
        if (next[1] == NULL)
            refuse(*next, "needs a value");
        take(options, next[0], next[1]);
        next++;
    }
    if (*next == NULL || next[1] == NULL || next[1][0] != '/')
        refuse("--", "must be followed by the absolute path of a program");
    options->command = next + 1;
}
