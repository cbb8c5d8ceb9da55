/* Preloaded into local-slack, which has no flag for it: every listening address becomes loopback,
   and the server dies with the program that started it.

   The wildcard address is replaced by loopback; any other outside address is refused (EACCES).
   The caller still reads the kernel's table of sockets afterwards: this file is not trusted alone. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

typedef int (*bind_function)(int, const struct sockaddr *, socklen_t);

static const struct in6_addr mapped_loopback = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};

__attribute__((constructor)) static void die_with_the_parent(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bind_function the_real_bind(void) {
    static bind_function found;
    if (!found) {
        found = (bind_function)dlsym(RTLD_NEXT, "bind");
    }
    return found;
}

static int bind_v4(int fd, struct sockaddr_in address) {
    if (address.sin_addr.s_addr == htonl(INADDR_ANY)) {
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    if ((ntohl(address.sin_addr.s_addr) >> 24) != 127) {
        errno = EACCES;
        return -1;
    }
    return the_real_bind()(fd, (struct sockaddr *)&address, sizeof address);
}

static int bind_v6(int fd, struct sockaddr_in6 address) {
    if (IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr)) {
        int no = 0; /* a v4-mapped address needs a socket of both families */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        address.sin6_addr = mapped_loopback;
    }
    if (!IN6_IS_ADDR_LOOPBACK(&address.sin6_addr)
        && memcmp(&address.sin6_addr, &mapped_loopback, sizeof mapped_loopback) != 0) {
        errno = EACCES;
        return -1;
    }
    return the_real_bind()(fd, (struct sockaddr *)&address, sizeof address);
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
    if (address && address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in copy;
        memcpy(&copy, address, sizeof copy);
        return bind_v4(fd, copy);
    }
    if (address && address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 copy;
        memcpy(&copy, address, sizeof copy);
        return bind_v6(fd, copy);
    }
    return the_real_bind()(fd, address, length);
}
