/*
 * Stands for a program that the image lacks; the name it is mounted under is what counts. NAME ADDRESS PORT
 * connects over TCP, NAME PATH to a unix socket, each without a word to say; other words are ignored, as is the
 * answer: the attempt is what the stories are about.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void try_tcp(const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, host, &address.sin_addr) == 1)
        connect(peer, (struct sockaddr *)&address, sizeof(address));
    close(peer);
}

static void try_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int peer = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    connect(peer, (struct sockaddr *)&address, sizeof(address));
    close(peer);
}

int main(int argc, char **argv) {
    if (argc == 3 && atoi(argv[2]) > 0)
        try_tcp(argv[1], atoi(argv[2]));
    if (argc == 2 && argv[1][0] == '/')
        try_unix(argv[1]);
    return 0;
}
