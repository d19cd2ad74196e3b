const NONE = 0xffff;
const NUMBERS = 512;

/**
 * The system calls of 32-bit programs: i386 number, x86-64 number of the same call, name. Two names where they differ: "=" and
 * the name on x86-64. Not in the table: break, stime, stty, gtty, nice, ftime, prof, signal, lock, mpx, ulimit,
 * sgetmask, ssetmask, readdir, profil, socketcall, idle, vm86old, ipc, bdflush, vm86.
 * Source: arch/x86/entry/syscalls/syscall_32.tbl and syscall_64.tbl, as published in asm/unistd_32.h and asm/unistd_64.h.
 *
 * Some take their arguments in another shape, which a handler that looks at them must know:
 * - in memory of the caller, with arg0 pointing there: mmap (90), select (82)
 * - a length or offset in two registers, the low half first: truncate64, ftruncate64, pread64, pwrite64, readahead,
 *   fadvise64, fadvise64_64, sync_file_range, fallocate, fanotify_mark; the high half first: _llseek
 * - ids of 16 bits, 65535 for "leave it": chown, fchown, lchown, setuid, setgid, setreuid, setregid, setresuid, setresgid,
 *   setfsuid, setfsgid, getgroups, setgroups (the names that end in 32 have ids of 32 bits)
 * - without the last argument: umount (flags), waitpid (resources)
 * - an argument more, the size of the answer, as the second: statfs64, fstatfs64
 * - an offset in pages: mmap2; the last two arguments in the other order: clone
 * - structures of another layout behind pointers: all that have times, signals, limits, file states, iovec, msghdr, rusage
 */
const TABLE = `
  0:219 restart_syscall, 1:60 exit, 2:57 fork, 3:0 read, 4:1 write, 5:2 open, 6:3 close, 7:61 waitpid=wait4,
  8:85 creat, 9:86 link, 10:87 unlink, 11:59 execve, 12:80 chdir, 13:201 time, 14:133 mknod, 15:90 chmod,
  16:94 lchown, 18:4 oldstat=stat, 19:8 lseek, 20:39 getpid, 21:165 mount, 22:166 umount=umount2, 23:105 setuid,
  24:102 getuid, 26:101 ptrace, 27:37 alarm, 28:5 oldfstat=fstat, 29:34 pause, 30:132 utime, 33:21 access,
  36:162 sync, 37:62 kill, 38:82 rename, 39:83 mkdir, 40:84 rmdir, 41:32 dup, 42:22 pipe, 43:100 times, 45:12 brk,
  46:106 setgid, 47:104 getgid, 49:107 geteuid, 50:108 getegid, 51:163 acct, 52:166 umount2, 54:16 ioctl, 55:72 fcntl,
  57:109 setpgid, 59:63 oldolduname=uname, 60:95 umask, 61:161 chroot, 62:136 ustat, 63:33 dup2, 64:110 getppid,
  65:111 getpgrp, 66:112 setsid, 67:13 sigaction=rt_sigaction, 70:113 setreuid, 71:114 setregid,
  72:130 sigsuspend=rt_sigsuspend, 73:127 sigpending=rt_sigpending, 74:170 sethostname, 75:160 setrlimit,
  76:97 getrlimit, 77:98 getrusage, 78:96 gettimeofday, 79:164 settimeofday, 80:115 getgroups, 81:116 setgroups,
  82:23 select, 83:88 symlink, 84:6 oldlstat=lstat, 85:89 readlink, 86:134 uselib, 87:167 swapon, 88:169 reboot,
  90:9 mmap, 91:11 munmap, 92:76 truncate, 93:77 ftruncate, 94:91 fchmod, 95:93 fchown, 96:140 getpriority,
  97:141 setpriority, 99:137 statfs, 100:138 fstatfs, 101:173 ioperm, 103:103 syslog, 104:38 setitimer,
  105:36 getitimer, 106:4 stat, 107:6 lstat, 108:5 fstat, 109:63 olduname=uname, 110:172 iopl, 111:153 vhangup,
  114:61 wait4, 115:168 swapoff, 116:99 sysinfo, 118:74 fsync, 119:15 sigreturn=rt_sigreturn, 120:56 clone,
  121:171 setdomainname, 122:63 uname, 123:154 modify_ldt, 124:159 adjtimex, 125:10 mprotect,
  126:14 sigprocmask=rt_sigprocmask, 127:174 create_module, 128:175 init_module, 129:176 delete_module,
  130:177 get_kernel_syms, 131:179 quotactl, 132:121 getpgid, 133:81 fchdir, 135:139 sysfs, 136:135 personality,
  137:183 afs_syscall, 138:122 setfsuid, 139:123 setfsgid, 140:8 _llseek=lseek, 141:78 getdents,
  142:23 _newselect=select, 143:73 flock, 144:26 msync, 145:19 readv, 146:20 writev, 147:124 getsid, 148:75 fdatasync,
  149:156 _sysctl, 150:149 mlock, 151:150 munlock, 152:151 mlockall, 153:152 munlockall, 154:142 sched_setparam,
  155:143 sched_getparam, 156:144 sched_setscheduler, 157:145 sched_getscheduler, 158:24 sched_yield,
  159:146 sched_get_priority_max, 160:147 sched_get_priority_min, 161:148 sched_rr_get_interval, 162:35 nanosleep,
  163:25 mremap, 164:117 setresuid, 165:118 getresuid, 167:178 query_module, 168:7 poll, 169:180 nfsservctl,
  170:119 setresgid, 171:120 getresgid, 172:157 prctl, 173:15 rt_sigreturn, 174:13 rt_sigaction,
  175:14 rt_sigprocmask, 176:127 rt_sigpending, 177:128 rt_sigtimedwait, 178:129 rt_sigqueueinfo,
  179:130 rt_sigsuspend, 180:17 pread64, 181:18 pwrite64, 182:92 chown, 183:79 getcwd, 184:125 capget, 185:126 capset,
  186:131 sigaltstack, 187:40 sendfile, 188:181 getpmsg, 189:182 putpmsg, 190:58 vfork, 191:97 ugetrlimit=getrlimit,
  192:9 mmap2=mmap, 193:76 truncate64=truncate, 194:77 ftruncate64=ftruncate, 195:4 stat64=stat, 196:6 lstat64=lstat,
  197:5 fstat64=fstat, 198:94 lchown32=lchown, 199:102 getuid32=getuid, 200:104 getgid32=getgid,
  201:107 geteuid32=geteuid, 202:108 getegid32=getegid, 203:113 setreuid32=setreuid, 204:114 setregid32=setregid,
  205:115 getgroups32=getgroups, 206:116 setgroups32=setgroups, 207:93 fchown32=fchown, 208:117 setresuid32=setresuid,
  209:118 getresuid32=getresuid, 210:119 setresgid32=setresgid, 211:120 getresgid32=getresgid, 212:92 chown32=chown,
  213:105 setuid32=setuid, 214:106 setgid32=setgid, 215:122 setfsuid32=setfsuid, 216:123 setfsgid32=setfsgid,
  217:155 pivot_root, 218:27 mincore, 219:28 madvise, 220:217 getdents64, 221:72 fcntl64=fcntl, 224:186 gettid,
  225:187 readahead, 226:188 setxattr, 227:189 lsetxattr, 228:190 fsetxattr, 229:191 getxattr, 230:192 lgetxattr,
  231:193 fgetxattr, 232:194 listxattr, 233:195 llistxattr, 234:196 flistxattr, 235:197 removexattr,
  236:198 lremovexattr, 237:199 fremovexattr, 238:200 tkill, 239:40 sendfile64=sendfile, 240:202 futex,
  241:203 sched_setaffinity, 242:204 sched_getaffinity, 243:205 set_thread_area, 244:211 get_thread_area,
  245:206 io_setup, 246:207 io_destroy, 247:208 io_getevents, 248:209 io_submit, 249:210 io_cancel, 250:221 fadvise64,
  252:231 exit_group, 253:212 lookup_dcookie, 254:213 epoll_create, 255:233 epoll_ctl, 256:232 epoll_wait,
  257:216 remap_file_pages, 258:218 set_tid_address, 259:222 timer_create, 260:223 timer_settime,
  261:224 timer_gettime, 262:225 timer_getoverrun, 263:226 timer_delete, 264:227 clock_settime, 265:228 clock_gettime,
  266:229 clock_getres, 267:230 clock_nanosleep, 268:137 statfs64=statfs, 269:138 fstatfs64=fstatfs, 270:234 tgkill,
  271:235 utimes, 272:221 fadvise64_64=fadvise64, 273:236 vserver, 274:237 mbind, 275:239 get_mempolicy,
  276:238 set_mempolicy, 277:240 mq_open, 278:241 mq_unlink, 279:242 mq_timedsend, 280:243 mq_timedreceive,
  281:244 mq_notify, 282:245 mq_getsetattr, 283:246 kexec_load, 284:247 waitid, 286:248 add_key, 287:249 request_key,
  288:250 keyctl, 289:251 ioprio_set, 290:252 ioprio_get, 291:253 inotify_init, 292:254 inotify_add_watch,
  293:255 inotify_rm_watch, 294:256 migrate_pages, 295:257 openat, 296:258 mkdirat, 297:259 mknodat, 298:260 fchownat,
  299:261 futimesat, 300:262 fstatat64=newfstatat, 301:263 unlinkat, 302:264 renameat, 303:265 linkat,
  304:266 symlinkat, 305:267 readlinkat, 306:268 fchmodat, 307:269 faccessat, 308:270 pselect6, 309:271 ppoll,
  310:272 unshare, 311:273 set_robust_list, 312:274 get_robust_list, 313:275 splice, 314:277 sync_file_range,
  315:276 tee, 316:278 vmsplice, 317:279 move_pages, 318:309 getcpu, 319:281 epoll_pwait, 320:280 utimensat,
  321:282 signalfd, 322:283 timerfd_create, 323:284 eventfd, 324:285 fallocate, 325:286 timerfd_settime,
  326:287 timerfd_gettime, 327:289 signalfd4, 328:290 eventfd2, 329:291 epoll_create1, 330:292 dup3, 331:293 pipe2,
  332:294 inotify_init1, 333:295 preadv, 334:296 pwritev, 335:297 rt_tgsigqueueinfo, 336:298 perf_event_open,
  337:299 recvmmsg, 338:300 fanotify_init, 339:301 fanotify_mark, 340:302 prlimit64, 341:303 name_to_handle_at,
  342:304 open_by_handle_at, 343:305 clock_adjtime, 344:306 syncfs, 345:307 sendmmsg, 346:308 setns,
  347:310 process_vm_readv, 348:311 process_vm_writev, 349:312 kcmp, 350:313 finit_module, 351:314 sched_setattr,
  352:315 sched_getattr, 353:316 renameat2, 354:317 seccomp, 355:318 getrandom, 356:319 memfd_create, 357:321 bpf,
  358:322 execveat, 359:41 socket, 360:53 socketpair, 361:49 bind, 362:42 connect, 363:50 listen, 364:288 accept4,
  365:55 getsockopt, 366:54 setsockopt, 367:51 getsockname, 368:52 getpeername, 369:44 sendto, 370:46 sendmsg,
  371:45 recvfrom, 372:47 recvmsg, 373:48 shutdown, 374:323 userfaultfd, 375:324 membarrier, 376:325 mlock2,
  377:326 copy_file_range, 378:327 preadv2, 379:328 pwritev2, 380:329 pkey_mprotect, 381:330 pkey_alloc,
  382:331 pkey_free, 383:332 statx, 384:158 arch_prctl, 385:333 io_pgetevents, 386:334 rseq, 393:64 semget,
  394:66 semctl, 395:29 shmget, 396:31 shmctl, 397:30 shmat, 398:67 shmdt, 399:68 msgget, 400:69 msgsnd,
  401:70 msgrcv, 402:71 msgctl, 403:228 clock_gettime64=clock_gettime, 404:227 clock_settime64=clock_settime,
  405:305 clock_adjtime64=clock_adjtime, 406:229 clock_getres_time64=clock_getres,
  407:230 clock_nanosleep_time64=clock_nanosleep, 408:224 timer_gettime64=timer_gettime,
  409:223 timer_settime64=timer_settime, 410:287 timerfd_gettime64=timerfd_gettime,
  411:286 timerfd_settime64=timerfd_settime, 412:280 utimensat_time64=utimensat, 413:270 pselect6_time64=pselect6,
  414:271 ppoll_time64=ppoll, 416:333 io_pgetevents_time64=io_pgetevents, 417:299 recvmmsg_time64=recvmmsg,
  418:242 mq_timedsend_time64=mq_timedsend, 419:243 mq_timedreceive_time64=mq_timedreceive,
  420:220 semtimedop_time64=semtimedop, 421:128 rt_sigtimedwait_time64=rt_sigtimedwait, 422:202 futex_time64=futex,
  423:148 sched_rr_get_interval_time64=sched_rr_get_interval, 424:424 pidfd_send_signal, 425:425 io_uring_setup,
  426:426 io_uring_enter, 427:427 io_uring_register, 428:428 open_tree, 429:429 move_mount, 430:430 fsopen,
  431:431 fsconfig, 432:432 fsmount, 433:433 fspick, 434:434 pidfd_open, 435:435 clone3, 436:436 close_range,
  437:437 openat2, 438:438 pidfd_getfd, 439:439 faccessat2, 440:440 process_madvise, 441:441 epoll_pwait2,
  442:442 mount_setattr, 443:443 quotactl_fd, 444:444 landlock_create_ruleset, 445:445 landlock_add_rule,
  446:446 landlock_restrict_self, 447:447 memfd_secret, 448:448 process_mrelease, 449:449 futex_waitv,
  450:450 set_mempolicy_home_node, 451:451 cachestat, 452:452 fchmodat2, 453:453 map_shadow_stack, 454:454 futex_wake,
  455:455 futex_wait, 456:456 futex_requeue, 457:457 statmount, 458:458 listmount, 459:459 lsm_get_self_attr,
  460:460 lsm_set_self_attr, 461:461 lsm_list_modules, 462:462 mseal, 463:463 setxattrat, 464:464 getxattrat,
  465:465 listxattrat, 466:466 removexattrat, 467:467 open_tree_attr, 468:468 file_getattr, 469:469 file_setattr,
`;

/** By i386 number the x86-64 number of the same call; 0xffff where there is none. */
export const COMPAT_CALLS: Uint16Array<ArrayBuffer> = compatCalls(TABLE);

function compatCalls(table: string): Uint16Array<ArrayBuffer> {
  const calls = new Uint16Array(NUMBERS).fill(NONE);
  for (const [, from, to] of table.matchAll(/(\d+):(\d+) /g)) calls[Number(from)] = Number(to);
  return calls;
}
