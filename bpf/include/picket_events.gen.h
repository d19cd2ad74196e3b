/* Generated from sdk/schema by npm run generate. Do not edit. */
/* clang-format off */
#ifndef PICKET_EVENTS_H
#define PICKET_EVENTS_H

#define PICKET_SCHEMA_MAJOR 1
#define PICKET_SCHEMA_MINOR 2

/* Bytes of the record from `offset` on, counted from the start of the record. */
struct picket_str {
    __u16 offset;
    __u16 length;
};
/* Network order; IPv4 is mapped. */
struct picket_ip {
    __u64 high;
    __u64 low;
};

enum picket_kind {
    PICKET_PROCESS_EXEC = 1,
    PICKET_PROCESS_FORK = 2,
    PICKET_PROCESS_EXIT = 3,
    PICKET_PROCESS_MOVED = 4,
    PICKET_FILE_OPEN = 10,
    PICKET_FILE_MODIFY = 11,
    PICKET_NET_CONNECT = 20,
    PICKET_NET_ACCEPT = 21,
    PICKET_NET_LISTEN = 22,
    PICKET_NET_CLOSE = 23,
    PICKET_NET_UDP = 24,
    PICKET_NET_DNS = 25,
    PICKET_NET_UNIX = 26,
    PICKET_NET_SOCKET = 27,
    PICKET_SYSCALL_NOTABLE = 30,
    PICKET_WINDOW_SYSCALLS = 40,
    PICKET_WINDOW_RESOURCES = 41,
    PICKET_CONTAINER_STARTED = 50,
    PICKET_CONTAINER_UPDATED = 51,
    PICKET_CONTAINER_STOPPED = 52,
    PICKET_CGROUP_CREATED = 53,
    PICKET_CGROUP_REMOVED = 54,
    PICKET_SENSOR_LOSS = 60,
};
#define PICKET_KINDS 128

#define PICKET_FLAG_SNAPSHOT 1
#define PICKET_FLAG_PATH_TRUNCATED 2
#define PICKET_FLAG_ARGS_TRUNCATED 4
#define PICKET_FLAG_USER_PATH 8
#define PICKET_FLAG_COMPAT 16
#define PICKET_FLAG_IO_URING 32
#define PICKET_FLAG_PARTIAL 64
#define PICKET_FLAG_REDACTED 128
#define PICKET_FLAG_HOST 256
#define PICKET_FLAG_REPEATED 512
#define PICKET_FLAG_SYNTHETIC 1024
#define PICKET_FLAG_STICKY 2048
#define PICKET_FLAG_UNFINISHED 4096
#define PICKET_FILE_UPPER_LAYER 1
#define PICKET_FILE_MEMFD 2
#define PICKET_FILE_DELETED 4
#define PICKET_FILE_WRITABLE 8
#define PICKET_FILE_SCRIPT 16
#define PICKET_FILE_CREATED 32
#define PICKET_FILE_LOWER_COPY 64
#define PICKET_CONTAINER_PRIVILEGED 1
#define PICKET_CONTAINER_PARTIAL 2
#define PICKET_CONTAINER_SANDBOX 4
#define PICKET_CONTAINER_HOST_NETWORK 8
#define PICKET_CONTAINER_HOST_PID 16
#define PICKET_CONTAINER_ACCOUNTS_CUT 32
#define PICKET_LOST_RING_FULL 1
#define PICKET_LOST_SCRATCH_FULL 2
#define PICKET_LOST_MAP_FULL 3
#define PICKET_LOST_THROTTLED 4
#define PICKET_LOST_SPOOL_FULL 5
#define PICKET_LOST_MALFORMED 6
#define PICKET_LOST_BUS_LIMIT 7
#define PICKET_LOST_UNRESOLVED 8
#define PICKET_LOST_UNREADABLE 10
#define PICKET_LOST_SUPPRESSED 9

struct picket_header {
    __u16 kind; /* Kind of the record, a number of the kind table. */
    __u16 length; /* Length of the whole record in bytes, a multiple of 8. */
    __u16 flags; /* Header flags. */
    __u16 syscall; /* x86-64 number of the system call behind the event on every architecture; 65535 when there is none. */
    __u64 time; /* CLOCK_BOOTTIME in ns. */
    __u64 sequence; /* Number of the record within the agent epoch, from 1, given at drain. */
    __u32 tgid; /* Process id in the host namespace. */
    __u32 tid; /* Thread id in the host namespace. */
    __u32 ppid; /* Process id of the parent in the host namespace. */
    __u32 uid; /* Real user id in the host namespace. */
    __u64 start; /* Start of the process, CLOCK_BOOTTIME in ns; with tgid it names the process. */
    __u64 cgroup; /* Id of the cgroup v2 directory. */
    __u16 slot; /* Slot of the container on the node; 0 when it is not known yet or the process is not in a container. */
    __u16 generation; /* Generation of the slot; tells two containers apart that used the same slot. */
    __s32 result; /* Result of the system call: 0 or a value on success, a negative errno on failure. */
};
_Static_assert(sizeof(struct picket_header) == 64, "header layout");

/* A process runs a program. The values are those after the exec. */
struct picket_process_exec {
    struct picket_header h;
    __u64 parent_start; /* Start of the parent, CLOCK_BOOTTIME in ns. */
    __u64 inode; /* Inode of the executable. */
    __u64 ctime; /* Last status change of the executable, ns since 1970. */
    __u64 mtime; /* Last content change of the executable, ns since 1970. */
    __u64 cap_effective; /* Effective capabilities, a bit each. */
    __u64 cap_permitted; /* Permitted capabilities, a bit each. */
    __u64 cap_inheritable; /* Inheritable capabilities, a bit each. */
    __u32 gid; /* Real group id. */
    __u32 euid; /* Effective user id. */
    __u32 egid; /* Effective group id. */
    __u32 loginuid; /* Audit login uid; 4294967295 when unset. */
    __u32 pgid; /* Process group id in the host namespace. */
    __u32 sid; /* Session id in the host namespace. */
    __u32 vpid; /* Process id in its own namespace. */
    __u32 vpgid; /* Process group id in its own namespace. */
    __u32 vsid; /* Session id in its own namespace. */
    __u32 tty; /* Device number of the controlling terminal; 0 when there is none. */
    __u32 argc; /* Number of arguments before any truncation. */
    __u32 exe_flags; /* Facts about the executable: bits of the exe flags table. */
    struct picket_str path; /* Path of the executable, resolved by the kernel. */
    struct picket_str filename; /* Path as the caller gave it to the kernel. */
    struct picket_str args; /* Arguments, the zeroth first. */
    struct picket_str cwd; /* Working directory. */
    struct picket_str env; /* Allow-listed environment variables, NAME=value. */
    struct picket_str comm; /* Name of the task, at most 15 bytes. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_process_exec) == 192, "process.exec layout");
_Static_assert(__builtin_offsetof(struct picket_process_exec, comm) == 188, "process.exec layout");

/* A new process (not a thread). The header is that of the child. */
struct picket_process_fork {
    struct picket_header h;
    __u64 parent_start; /* Start of the parent, CLOCK_BOOTTIME in ns. */
    __u32 parent_tid; /* Thread of the parent that made the child. */
    __u32 vpid; /* Process id of the child in its own namespace. */
    __u32 pgid; /* Process group id in the host namespace. */
    __u32 sid; /* Session id in the host namespace. */
    struct picket_str comm; /* Name of the task, inherited from the parent. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_process_fork) == 96, "process.fork layout");
_Static_assert(__builtin_offsetof(struct picket_process_fork, comm) == 88, "process.fork layout");

/* The last thread of a process ended. The header result is the exit status as wait() gives it. */
struct picket_process_exit {
    struct picket_header h;
    __u64 duration; /* Life of the process in ns. */
    __u32 code; /* Exit code 0 to 255. */
    __u32 signal; /* Signal that ended it; 0 when it exited by itself. */
    struct picket_str comm; /* Name of the task. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_process_exit) == 88, "process.exit layout");
_Static_assert(__builtin_offsetof(struct picket_process_exit, comm) == 80, "process.exit layout");

/* A process was moved to another cgroup. The header is that of the moved process, its cgroup the new one; slot and generation are those of the container it leaves, or comes into when it was in none. */
struct picket_process_moved {
    struct picket_header h;
    __u64 from_cgroup; /* Id of the cgroup it left; 0 when that is not known to belong to a container. */
    struct picket_str path; /* Path of the new cgroup below the cgroup v2 root. */
    struct picket_str comm; /* Name of the moved task. */
    __u32 mover_pid; /* Process that moved it, in the host namespace; its own id when it moved itself. */
    __u32 kept; /* 1 when it is still told as part of the container it left, because it was moved from there. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_process_moved) == 88, "process.moved layout");
_Static_assert(__builtin_offsetof(struct picket_process_moved, kept) == 84, "process.moved layout");

/* A file was opened, or the attempt failed. The header result is the descriptor or a negative errno. */
struct picket_file_open {
    struct picket_header h;
    __u64 inode; /* Inode; 0 when the open failed. */
    __u32 device; /* Device of the file system, (major << 20) | minor. */
    __u32 open_flags; /* Flags of the call: O_* bits of x86-64. */
    __u32 create_mode; /* Mode asked for when the call may create. */
    __u32 file_mode; /* Type and permission bits of the file; 0 when the open failed. */
    __u32 count; /* Equal opens this record stands for; 1 when it stands for itself. */
    __u32 links; /* Hard links of the file; 0 for a deleted file. */
    __u32 file_flags; /* Facts about the file: bits of the exe flags table, and created. */
    struct picket_str path; /* Path resolved by the kernel; flag user_path marks one that only user memory held. */
    struct picket_str name; /* Path as the caller gave it, where it could be read and differs; else empty. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_file_open) == 112, "file.open layout");
_Static_assert(__builtin_offsetof(struct picket_file_open, name) == 104, "file.open layout");

/* Names, attributes or sizes of files were changed, or the attempt failed. */
struct picket_file_modify {
    struct picket_header h;
    __u64 inode; /* Inode of the file; 0 when it is not known: only calls on a descriptor have it. */
    __u64 new_size; /* New size in bytes of a truncate. */
    __u32 device; /* Device of the file system, (major << 20) | minor; 0 with the inode. */
    __u32 mode; /* New mode of chmod, asked mode of mkdir. */
    __u32 owner; /* New owner of chown; 4294967295 when it is left or the call is another. */
    __u32 group; /* New group of chown; 4294967295 when it is left or the call is another. */
    __u32 call_flags; /* Flags argument of the call (AT_*, RENAME_*). */
    __u32 count; /* Equal changes this record stands for. */
    struct picket_str path; /* First path of the call: the old name of a rename, the existing file of a link, what a symbolic link holds (as given), else the file that was changed. Flag user_path marks names that stand as they were asked for. */
    struct picket_str target; /* Second path of the call: the new name of a rename, the new link; else empty. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_file_modify) == 112, "file.modify layout");
_Static_assert(__builtin_offsetof(struct picket_file_modify, target) == 108, "file.modify layout");

/* A socket was connected, or the attempt failed or is in progress (result -115). Addresses are those of the kernel socket. */
struct picket_net_connect {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __s32 fd; /* Descriptor of the socket. */
    __u32 count; /* Equal connects this record stands for. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_connect) == 120, "net.connect layout");
_Static_assert(__builtin_offsetof(struct picket_net_connect, count) == 116, "net.connect layout");

/* A connection was accepted. The local end is the server. */
struct picket_net_accept {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __s32 fd; /* New descriptor. */
    __u32 count; /* Equal accepts this record stands for. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_accept) == 120, "net.accept layout");
_Static_assert(__builtin_offsetof(struct picket_net_accept, count) == 116, "net.accept layout");

/* A socket began to listen, or the attempt failed. */
struct picket_net_listen {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __s32 fd; /* Descriptor of the socket. */
    __s32 backlog; /* Backlog asked for. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_listen) == 120, "net.listen layout");
_Static_assert(__builtin_offsetof(struct picket_net_listen, backlog) == 116, "net.listen layout");

/* A TCP connection ended. The header names the process that made it. */
struct picket_net_close {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __u64 received; /* Bytes received in order. */
    __u64 sent; /* Bytes sent, without repetitions. */
    __u64 duration; /* Life of the connection in ns. */
    __u32 role; /* 1 when this end connected, 2 when it accepted. */
    __u32 error; /* errno the socket died of; 0 for an orderly close. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_close) == 144, "net.close layout");
_Static_assert(__builtin_offsetof(struct picket_net_close, error) == 140, "net.close layout");

/* Datagrams of one process between a socket and one peer, in one direction: the first one at once, what follows at most once a second. The system call is that of the first one. Remote address and port are 0 when a socket that is not connected received without asking for the address. */
struct picket_net_udp {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __u64 bytes; /* Bytes of the datagrams. */
    __u32 count; /* Datagrams this record stands for. */
    __u32 received; /* 1 for received, 0 for sent. */
    __s32 fd; /* Descriptor of the socket. */
    __u32 reserved; /* Always 0. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_udp) == 136, "net.udp layout");
_Static_assert(__builtin_offsetof(struct picket_net_udp, reserved) == 132, "net.udp layout");

/* A DNS query that the container sent to port 53 or an answer that it got from there, as seen on its wire. The process is that of the sender; answers have none (0). */
struct picket_net_dns {
    struct picket_header h;
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
    __u16 id; /* Transaction id. */
    __u16 type; /* Type of the first question (1 A, 28 AAAA, 16 TXT …). */
    __u16 rcode; /* Response code; 0 for a query. */
    __u16 answer; /* 1 for an answer, 0 for a query. */
    struct picket_str name; /* Name asked for, in presentation form. */
    struct picket_str addresses; /* Addresses of the answer in text form. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_dns) == 128, "net.dns layout");
_Static_assert(__builtin_offsetof(struct picket_net_dns, addresses) == 124, "net.dns layout");

/* A connect to a unix socket, or the attempt. */
struct picket_net_unix {
    struct picket_header h;
    __u64 socket; /* Inode of the connecting socket, as /proc/PID/fd shows it. */
    __u32 peer_pid; /* Process that listens, as the kernel recorded it; 0 when unknown. */
    __u32 type; /* SOCK_STREAM (1), SOCK_DGRAM (2), SOCK_SEQPACKET (5). */
    __s32 fd; /* Descriptor of the socket. */
    __u32 abstract; /* 1 when the name is in the abstract name space. */
    struct picket_str path; /* Path of the socket file as the process that listens sees it, or the abstract name; what the caller gave when the attempt failed. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_unix) == 96, "net.unix layout");
_Static_assert(__builtin_offsetof(struct picket_net_unix, path) == 88, "net.unix layout");

/* A raw or packet socket was made, or the attempt failed. Netlink sockets, for which raw has no meaning, are left out. */
struct picket_net_socket {
    struct picket_header h;
    __u32 domain; /* AF_* number. */
    __u32 type; /* SOCK_* number without flags. */
    __u32 protocol; /* Protocol number as given. */
    __u32 reserved; /* Always 0. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_net_socket) == 80, "net.socket layout");
_Static_assert(__builtin_offsetof(struct picket_net_socket, reserved) == 76, "net.socket layout");

/* A system call that few workloads need and many attacks use, done or refused. */
struct picket_syscall_notable {
    struct picket_header h;
    __u64 arg0; /* First argument as given. */
    __u64 arg1; /* Second argument. */
    __u64 arg2; /* Third argument. */
    __u64 arg3; /* Fourth argument. */
    __u64 arg4; /* Fifth argument. */
    __u64 arg5; /* Sixth argument. */
    __u64 target_start; /* Start of the target process; 0 when there is none or it was not found. */
    __u32 target_pid; /* Target process in the host namespace (ptrace, process_vm_*, setns to a pidfd); 0 when there is none or it was not found. */
    __u32 count; /* Equal calls this record stands for. */
    __u32 old_id; /* Effective id before a set*id call, the file system id of setfs*id; 4294967295 when it is not known. */
    __u32 new_id; /* The same id after the call. */
    struct picket_str path; /* Path of the call: mount source, new root, module file, swap file. */
    struct picket_str target; /* Second path: mount point. */
    struct picket_str text; /* Name or type: memfd or module name, module parameters, file system type, type of key, type of namespace. */
    struct picket_str comm; /* Name of the calling task. */
    struct picket_ip local_ip; /* Address of the local end. */
    struct picket_ip remote_ip; /* Address of the remote end. */
    __u64 socket; /* Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
    __u16 local_port; /* Port of the local end, host order. */
    __u16 remote_port; /* Port of the remote end, host order. */
    __u16 family; /* AF_INET (2) or AF_INET6 (10). */
    __u16 protocol; /* IPPROTO_* number: 6 TCP, 17 UDP. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_syscall_notable) == 200, "syscall.notable layout");
_Static_assert(__builtin_offsetof(struct picket_syscall_notable, protocol) == 198, "syscall.notable layout");

/* A cgroup v2 directory was made. The header is that of the process that made it, its cgroup the new one. */
struct picket_cgroup_created {
    struct picket_header h;
    __u64 parent; /* Id of the cgroup that the acting task is in. */
    struct picket_str path; /* Path below the cgroup v2 root. */
    struct picket_str comm; /* Name of the task that did it. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_cgroup_created) == 80, "cgroup.created layout");
_Static_assert(__builtin_offsetof(struct picket_cgroup_created, comm) == 76, "cgroup.created layout");

/* A cgroup v2 directory was removed. The header cgroup is the one that went away. */
struct picket_cgroup_removed {
    struct picket_header h;
    __u64 parent; /* Id of the cgroup that the acting task is in. */
    struct picket_str path; /* Path below the cgroup v2 root. */
    struct picket_str comm; /* Name of the task that did it. */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct picket_cgroup_removed) == 80, "cgroup.removed layout");
_Static_assert(__builtin_offsetof(struct picket_cgroup_removed, comm) == 76, "cgroup.removed layout");

#endif
