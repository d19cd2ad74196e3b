/*
 * picket-sandbox: starts one program that cannot do anything but compute and speak over the descriptors it is given.
 * What a machine does not allow is left out and told, one line each, on the descriptor of the report.
 */
#define _GNU_SOURCE
#include "filter.h"
#include "identity.h"
#include "landlock.h"
#include "limits.h"
#include "namespaces.h"
#include "options.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#define PAGE_BYTES 4096UL
/* Below what any machine with 39 bits of addresses has, above where programs lie. */
#define FIRST_PAGE (1UL << 24)
#define PAGES (1UL << 25)

static char *no_environment[] = {NULL};

/* A copy of the path at an address that chance chooses: page and place in it, 36 bits. */
static char *hidden(const char *path) {
    const size_t length = strlen(path) + 1;
    if (length > PAGE_BYTES)
        give_up("program", ENAMETOOLONG);
    for (int tries = 0; tries < 100; tries++) {
        uint64_t chance;
        if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
            give_up("chance", errno);
        void *wanted = (void *)((FIRST_PAGE + chance % PAGES) * PAGE_BYTES);
        char *page =
            mmap(wanted, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (page == MAP_FAILED)
            continue;
        return memcpy(page + (chance >> 40) % (PAGE_BYTES - length + 1), path, length);
    }
    give_up("program", ENOMEM);
}

/* The death of the parent ends this process; the wish is forgotten at a change of uid, so it comes after that. */
static void follow_parent(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up("parent", errno);
    if (parent != 0 && getppid() != parent)
        give_up("parent", ESRCH);
    have("parent");
}

int main(int argc, char **argv) {
    (void)argc;
    struct options options;
    read_options(&options, argv);
    report_to(options.report_fd);
    leave_namespaces(&options);
    set_limits(&options);
    drop_capabilities();
    follow_parent(options.parent);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        give_up("no_new_privs", errno);
    have("no_new_privs");
    restrict_by_landlock(&options);
    close_others(&options);
    const char *program = hidden(options.command[0]);
    const int error = install_filter(program);
    if (error != 0)
        miss("seccomp", error);
    else
        have("seccomp");
    if (options.required && anything_missing())
        give_up("required", EPERM);
    execve(program, options.command, no_environment);
    give_up("exec", errno);
}
