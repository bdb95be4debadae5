/* A program of somebody who has installed the library. */
#include <stdio.h>
#include <webchat.h>

int main(void) {
    webchat_service *service;
    if (webchat_service_new("{\"dataURL\": \"http://127.0.0.1:1/chat\"}", &service) != WEBCHAT_OK) {
        fprintf(stderr, "%s\n", webchat_failure_reason());
        return 1;
    }
    printf("webchat %s\n", webchat_version_text());
    return webchat_service_destroy(service) != WEBCHAT_OK;
}
