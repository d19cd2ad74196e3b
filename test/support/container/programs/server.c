/*
 * A web server with a hole: it runs what stands behind "/run?" in the request line with a shell and answers with
 * what that prints. It stands for a service that an attacker can make run commands; the image has it as nginx.
 * A + in the request is a space, %XX a byte.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void decode(char *text) {
    char *out = text;
    for (; *text; text++) {
        unsigned byte;
        if (*text == '+') {
            *out++ = ' ';
        } else if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
            *out++ = (char)byte;
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = 0;
}

static void answer(FILE *peer) {
    char request[4096];
    char line[1024];
    if (!fgets(request, sizeof(request), peer))
        return;
    while (fgets(line, sizeof(line), peer) && line[0] != '\r' && line[0] != '\n')
        ;
    fprintf(peer, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n");
    char *end = strstr(request, " HTTP/");
    char *command = strstr(request, "/run?");
    if (!end || !command || command > end) {
        fprintf(peer, "welcome\n");
        return;
    }
    *end = 0;
    decode(command += 5);
    FILE *pipe = popen(command, "r");
    while (pipe && fgets(line, sizeof(line), pipe))
        fputs(line, peer);
    if (pipe)
        pclose(pipe);
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 80)};
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 16)) {
        perror("nginx");
        return 1;
    }
    for (;;) {
        /* Close-on-exec, so that the shell does not hold the connection open. */
        int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        FILE *stream = peer < 0 ? NULL : fdopen(peer, "r+");
        if (!stream)
            continue;
        answer(stream);
        fclose(stream);
    }
}
