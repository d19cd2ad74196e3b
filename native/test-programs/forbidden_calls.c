/*
 * Runs under picket-sandbox: makes system calls that it must not be allowed and prints the errno of each, then waits
 * for the end of its input. With "exec" it tries to become another program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRY(name, ...)                                                                                                 \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        const long result = syscall(__VA_ARGS__);                                                                      \
        printf("%s %d\n", name, result < 0 ? errno : 0);                                                               \
    } while (0)

static void network_and_processes(void) {
    const pid_t parent = getppid();
    int pair[2];
    TRY("socket", SYS_socket, AF_INET, SOCK_STREAM, 0);
    TRY("unix_socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    TRY("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
    TRY("connect", SYS_connect, 0, NULL, 0);
    TRY("bind", SYS_bind, 0, NULL, 0);
    TRY("sendmsg", SYS_sendmsg, 0, NULL, 0);
    TRY("ptrace", SYS_ptrace, PTRACE_ATTACH, parent, NULL, NULL);
    TRY("process_vm_readv", SYS_process_vm_readv, parent, NULL, 0, NULL, 0, 0);
    TRY("process_vm_writev", SYS_process_vm_writev, parent, NULL, 0, NULL, 0, 0);
    TRY("kill_parent", SYS_kill, parent, 0);
    TRY("tgkill_parent", SYS_tgkill, parent, parent, 0);
    TRY("pidfd_open", SYS_pidfd_open, parent, 0);
    TRY("fork", SYS_clone, SIGCHLD, 0, 0, 0, 0);
    TRY("clone_namespace", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    TRY("prlimit_parent", SYS_prlimit64, parent, RLIMIT_NOFILE, NULL, NULL);
    TRY("event_owner", SYS_fcntl, STDIN_FILENO, F_SETOWN, parent);
    TRY("event_owner_thread", SYS_fcntl, STDIN_FILENO, F_SETOWN_EX, NULL);
    TRY("event_signal", SYS_fcntl, STDIN_FILENO, F_SETSIG, SIGKILL);
    TRY("file_lease", SYS_fcntl, STDIN_FILENO, F_SETLEASE, F_WRLCK);
    TRY("death_signal", SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
}

static void kernel(void) {
    TRY("bpf", SYS_bpf, 0, NULL, 0);
    TRY("perf_event_open", SYS_perf_event_open, NULL, 0, -1, -1, 0);
    TRY("mount", SYS_mount, "none", "/", "tmpfs", 0, NULL);
    TRY("umount", SYS_umount2, "/", 0);
    TRY("fsopen", SYS_fsopen, "tmpfs", 0);
    TRY("pivot_root", SYS_pivot_root, ".", ".");
    TRY("chroot", SYS_chroot, ".");
    TRY("unshare", SYS_unshare, CLONE_NEWUSER);
    TRY("setns", SYS_setns, 0, 0);
    TRY("keyctl", SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0);
    TRY("add_key", SYS_add_key, "user", "a", "b", 1, KEY_SPEC_PROCESS_KEYRING);
    TRY("userfaultfd", SYS_userfaultfd, 0);
    TRY("io_uring_setup", SYS_io_uring_setup, 1, NULL);
    TRY("kexec_load", SYS_kexec_load, 0, 0, NULL, 0);
    TRY("init_module", SYS_init_module, NULL, 0, "");
    TRY("finit_module", SYS_finit_module, 0, "", 0);
    TRY("open_by_handle_at", SYS_open_by_handle_at, 0, NULL, 0);
    TRY("seccomp", SYS_seccomp, 0, 0, NULL);
    TRY("memfd_create", SYS_memfd_create, "a", 0);
    TRY("shmget", SYS_shmget, 0, 4096, 0600);
    TRY("setuid", SYS_setuid, 0);
}

static void files(void) {
    TRY("write_file", SYS_openat, AT_FDCWD, "/tmp/picket-sandbox-test", O_WRONLY | O_CREAT, 0600);
    TRY("open_to_write", SYS_openat, AT_FDCWD, "/etc/passwd", O_RDWR, 0);
    TRY("temporary_file", SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_WRONLY, 0600);
    TRY("mkdir", SYS_mkdirat, AT_FDCWD, "/tmp/picket-sandbox-test", 0700);
    TRY("unlink", SYS_unlinkat, AT_FDCWD, "/tmp/picket-sandbox-test", 0);
    TRY("openat2", SYS_openat2, AT_FDCWD, "/", NULL, 0);
    /* Allowed as such, refused by what can be seen. */
    TRY("read_shadow", SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
    TRY("read_proc", SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY, 0);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "exec") == 0)
        return execv("/proc/self/exe", argv);
    network_and_processes();
    kernel();
    files();
    printf("end 0\n");
    fflush(stdout);
    char byte;
    return read(STDIN_FILENO, &byte, 1) < 0;
}
