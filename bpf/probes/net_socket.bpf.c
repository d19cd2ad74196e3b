/* net.socket: runs when socket returned, for sockets that see or make packets below the protocols of the kernel. */
#include "../include/raw_socket.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(net_socket, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct picket_net_socket *event = (void *)scratch->record;
    const struct identity *who = &scratch->identity;
    if (!set_socket(event, argument(regs, who, 0), argument(regs, who, 1), argument(regs, who, 2)))
        return 0;
    fill_header(&event->h, PICKET_NET_SOCKET, current_task(), who, NR_SOCKET, result);
    submit_rare(scratch, sizeof(*event));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
