/*
 * net.dns and the bytes that containers send and receive: programs on every IP packet of the sockets below the root of
 * the cgroup tree. They run in interrupts too, so there is no scratch here, and they let every packet pass.
 */
#include "../include/socket.h"

#define PASS 1
#define IPPROTO_UDP 17
#define ETH_P_IP 0x0800
#define DNS_PORT 53
#define DNS_HEADER 12
/* the raw message, and behind it room for its text form: the agent decodes where the record lies */
#define SMALL_MESSAGE 128
#define LARGE_MESSAGE 512
#define ROOM 3
#define NOT_DECODED 0xffff

struct ip4 {
    __u8 version_and_words;
    __u8 service;
    __be16 length;
    __be16 id;
    __be16 fragment;
    __u8 hops;
    __u8 protocol;
    __be16 checksum;
    __be32 source;
    __be32 destination;
};
#define FRAGMENT_OFFSET 0x1fff
/* version 4, a header without options */
#define PLAIN_IP4 0x45

struct ip6 {
    __u32 version_and_flow;
    __be16 length;
    __u8 protocol;
    __u8 hops;
    struct picket_ip source;
    struct picket_ip destination;
} __attribute__((packed));

struct ports {
    __be16 source;
    __be16 destination;
};

struct packet {
    struct picket_ip source;
    struct picket_ip destination;
    struct ports ports;
    __u16 family;
    __u8 protocol;
    /* where the message is in the packet */
    __u32 at;
    __u32 length;
};

static __always_inline void count_bytes(const struct identity *who, __u32 direction, __u32 length) {
    __u32 key = who->slot * 2 + direction;
    __u64 *count = bpf_map_lookup_elem(&net_bytes, &key);
    /* an interrupt can come between load and store */
    if (count)
        __sync_fetch_and_add(count, length);
}

static __always_inline __be16 asked_port(const struct ports *ports, bool out) {
    return out ? ports->destination : ports->source;
}

/*
 * Whether a packet certainly has nothing to do with DNS, by headers of the usual form that lie in one piece: no helper
 * call for nearly all packets. All others are looked at with care.
 */
static __always_inline bool is_other_traffic(const struct __sk_buff *skb, bool out) {
    void *data = (void *)(long)skb->data;
    void *end = (void *)(long)skb->data_end;
    struct ip4 *ip4 = data;
    struct ip6 *ip6 = data;
    __u8 protocol;
    struct ports *ports;
    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        ports = (void *)(ip4 + 1);
        if ((void *)(ports + 1) > end || ip4->version_and_words != PLAIN_IP4)
            return false;
        protocol = ip4->protocol;
    } else {
        ports = (void *)(ip6 + 1);
        if ((void *)(ports + 1) > end)
            return false;
        protocol = ip6->protocol;
    }
    if (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP)
        return true;
    return asked_port(ports, out) != bpf_htons(DNS_PORT);
}

/* Reads addresses, protocol and where the transport header is; false for what carries no ports. */
static __always_inline bool read_addresses(struct __sk_buff *skb, struct packet *out) {
    struct ip4 ip4;
    struct ip6 ip6;
    /* the socket may be of the other family: IPv4 over IPv6 sockets */
    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        out->family = AF_INET;
        if (bpf_skb_load_bytes(skb, 0, &ip4, sizeof(ip4)) || ip4.fragment & bpf_htons(FRAGMENT_OFFSET))
            return false;
        out->source = mapped(ip4.source);
        out->destination = mapped(ip4.destination);
        out->protocol = ip4.protocol;
        out->at = (ip4.version_and_words & 15) * 4;
    } else {
        out->family = AF_INET6;
        if (bpf_skb_load_bytes(skb, 0, &ip6, sizeof(ip6)))
            return false;
        out->source = ip6.source;
        out->destination = ip6.destination;
        out->protocol = ip6.protocol;
        out->at = sizeof(ip6);
    }
    return out->protocol == IPPROTO_UDP || out->protocol == IPPROTO_TCP;
}

/* Finds the message behind the transport header; over TCP only one that comes whole and alone in its segment. */
static __always_inline bool find_message(struct __sk_buff *skb, struct packet *packet) {
    __u8 words = 0;
    __be16 length = 0;
    if (packet->protocol == IPPROTO_UDP) {
        packet->at += 8;
    } else {
        if (bpf_skb_load_bytes(skb, packet->at + 12, &words, 1))
            return false;
        packet->at += (words >> 4) * 4;
        if (bpf_skb_load_bytes(skb, packet->at, &length, sizeof(length)))
            return false;
        packet->at += sizeof(length);
        if (packet->at + bpf_ntohs(length) != skb->len)
            return false;
    }
    if (skb->len < packet->at + DNS_HEADER)
        return false;
    packet->length = skb->len - packet->at;
    return true;
}

static __always_inline void set_ends(struct picket_net_dns *event, const struct packet *packet, bool out) {
    event->local_ip = out ? packet->source : packet->destination;
    event->remote_ip = out ? packet->destination : packet->source;
    event->local_port = bpf_ntohs(out ? packet->ports.source : packet->ports.destination);
    event->remote_port = bpf_ntohs(out ? packet->ports.destination : packet->ports.source);
    event->family = packet->family;
    event->protocol = packet->protocol;
}

/* The task that runs is the sender, if it is one of the container at all; what comes in has none. */
static __always_inline void set_header(struct picket_header *h, const struct identity *who, bool out) {
    struct task_struct *task = current_task();
    if (out && cgroup_of(task) == who->cgroup) {
        fill_header(h, PICKET_NET_DNS, task, who, NO_SYSCALL, 0);
        return;
    }
    *h = (struct picket_header){
        .kind = PICKET_NET_DNS,
        .flags = who->flags,
        .syscall = NO_SYSCALL,
        .time = bpf_ktime_get_boot_ns(),
        .cgroup = who->cgroup,
        .slot = who->slot,
        .generation = who->generation,
    };
}

/* `room` is a constant of the call: a reservation in the ring must be. */
static __always_inline void tell_message(struct __sk_buff *skb, const struct packet *packet, const struct identity *who,
                                         bool out, __u32 room) {
    const __u32 size = sizeof(struct picket_net_dns) + ROOM * room;
    __u64 length = packet->length < room ? packet->length : room;
    struct picket_header h;
    set_header(&h, who, out);
    h.length = size;
    if (over_budget(&h)) {
        count_loss_of(&h, PICKET_LOST_THROTTLED);
        return;
    }
    struct picket_net_dns *event = bpf_ringbuf_reserve(&events_bulk, size, 0);
    if (!event) {
        count_loss_of(&h, PICKET_LOST_RING_FULL);
        return;
    }
    event->h = h;
    if (packet->length > room)
        event->h.flags |= PICKET_FLAG_ARGS_TRUNCATED;
    set_ends(event, packet, out);
    event->socket = bpf_get_socket_cookie(skb);
    event->id = event->type = event->rcode = event->answer = NOT_DECODED;
    set_string(&event->name, sizeof(*event), sizeof(*event));
    set_string(&event->addresses, sizeof(*event), sizeof(*event) + length);
    /* the verifier does not carry over what the comparison says */
    asm volatile("" : "+r"(length));
    if (length < 1 || length > room || bpf_skb_load_bytes(skb, packet->at, event + 1, length)) {
        bpf_ringbuf_discard(event, 0);
        count_loss_of(&h, PICKET_LOST_UNREADABLE);
        return;
    }
    bpf_ringbuf_submit(event, wake_if_due(&events_bulk, true));
}

static __always_inline int look(struct __sk_buff *skb, bool out) {
    struct identity who;
    struct packet packet = {};
    if (!identify(bpf_skb_cgroup_id(skb), &who))
        return PASS;
    count_bytes(&who, out, skb->len);
    if (!kind_wanted(PICKET_NET_DNS) || is_other_traffic(skb, out) || !read_addresses(skb, &packet) ||
        bpf_skb_load_bytes(skb, packet.at, &packet.ports, sizeof(packet.ports)))
        return PASS;
    /* the container asks or gets an answer; what it answers as a server is seen where it was asked */
    if (asked_port(&packet.ports, out) != bpf_htons(DNS_PORT) || !find_message(skb, &packet))
        return PASS;
    if (packet.length <= SMALL_MESSAGE)
        tell_message(skb, &packet, &who, out, SMALL_MESSAGE);
    else
        tell_message(skb, &packet, &who, out, LARGE_MESSAGE);
    return PASS;
}

SEC("cgroup_skb/egress")
int net_egress(struct __sk_buff *skb) {
    return look(skb, true);
}

SEC("cgroup_skb/ingress")
int net_ingress(struct __sk_buff *skb) {
    return look(skb, false);
}

char LICENSE[] SEC("license") = "GPL";
