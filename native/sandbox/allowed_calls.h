#ifndef PICKET_SANDBOX_ALLOWED_CALLS_H
#define PICKET_SANDBOX_ALLOWED_CALLS_H

#include <asm/unistd.h>

/*
 * Calls that are allowed with any arguments: memory, threads, time, descriptors that are open already, and looking at
 * files (which files is for landlock, the root and the uid to say). Some exist on one architecture only, some not in
 * older headers.
 */
static const int ALLOWED_CALLS[] = {
    /* memory */
    __NR_brk,
    __NR_mmap,
    __NR_munmap,
    __NR_mprotect,
    __NR_mremap,
    __NR_madvise,
    __NR_mincore,
    __NR_membarrier,
    __NR_pkey_alloc,
    __NR_pkey_free,
    __NR_pkey_mprotect,
    /* threads */
    __NR_futex,
    __NR_set_robust_list,
    __NR_get_robust_list,
    __NR_set_tid_address,
    __NR_rseq,
    __NR_sched_yield,
    __NR_sched_getaffinity,
    __NR_sched_getparam,
    __NR_sched_getscheduler,
    __NR_sched_get_priority_max,
    __NR_sched_get_priority_min,
    __NR_exit,
    __NR_exit_group,
    __NR_restart_syscall,
#ifdef __NR_arch_prctl
    __NR_arch_prctl,
#endif
    /* signals of its own */
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_rt_sigpending,
    __NR_rt_sigsuspend,
    __NR_rt_sigtimedwait,
    __NR_sigaltstack,
    /* time and chance */
    __NR_clock_gettime,
    __NR_clock_getres,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_gettimeofday,
    __NR_times,
    __NR_getrandom,
#ifdef __NR_time
    __NR_time,
#endif
    /* descriptors that are open */
    __NR_read,
    __NR_write,
    __NR_readv,
    __NR_writev,
    __NR_pread64,
    __NR_pwrite64,
    __NR_preadv,
    __NR_pwritev,
    __NR_lseek,
    __NR_close,
    __NR_close_range,
    __NR_dup,
    __NR_dup3,
    __NR_fstat,
    __NR_pipe2,
    __NR_eventfd2,
    __NR_epoll_create1,
    __NR_epoll_ctl,
    __NR_epoll_pwait,
#ifdef __NR_epoll_pwait2
    __NR_epoll_pwait2,
#endif
    __NR_ppoll,
    __NR_pselect6,
    __NR_getsockopt,
    __NR_getsockname,
    __NR_shutdown,
#ifdef __NR_dup2
    __NR_dup2,
    __NR_epoll_wait,
    __NR_poll,
    __NR_select,
#endif
    /* looking at files */
    __NR_newfstatat,
    __NR_statx,
    __NR_faccessat,
#ifdef __NR_faccessat2
    __NR_faccessat2,
#endif
    __NR_readlinkat,
    __NR_getdents64,
    __NR_getcwd,
    __NR_statfs,
    __NR_fstatfs,
#ifdef __NR_stat
    __NR_stat,
    __NR_lstat,
    __NR_access,
    __NR_readlink,
#endif
    /* who and where it is */
    __NR_getpid,
    __NR_gettid,
    __NR_getppid,
    __NR_getuid,
    __NR_geteuid,
    __NR_getgid,
    __NR_getegid,
    __NR_getresuid,
    __NR_getresgid,
    __NR_getrusage,
    __NR_getrlimit,
    __NR_getpriority,
    __NR_uname,
    __NR_sysinfo,
    __NR_getcpu,
    __NR_capget,
};

#endif
