/*
 * A race that ThreadSanitizer has to see: a thread of the program's reads what the library writes for another at the same time. It is on
 * purpose, and shows that both are watched.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <webchat.h>

enum { ROUNDS = 10000 };

static int32_t has;
static pthread_barrier_t both;

static void *read_it(void *unused) {
    long sum = 0;
    pthread_barrier_wait(&both);
    for (int i = 0; i < ROUNDS; i++) sum += *(volatile int32_t *)&has;
    printf("%ld\n", sum);
    return unused;
}

int main(void) {
    webchat_service *service;
    pthread_t thread;
    if (webchat_service_new("{\"dataURL\": \"http://127.0.0.1:9/chat\"}", &service) != WEBCHAT_OK) return 2;
    if (pthread_barrier_init(&both, NULL, 2) != 0 || pthread_create(&thread, NULL, read_it, NULL) != 0) return 2;
    pthread_barrier_wait(&both);
    for (int i = 0; i < ROUNDS; i++) webchat_capability(service, "polling", &has);
    pthread_join(thread, NULL);
    return webchat_service_destroy(service);
}
