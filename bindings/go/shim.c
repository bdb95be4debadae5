#include <poll.h>
#include "shim.h"

/* In webchat.go. Runs on the library's callback thread. */
extern void webchatGoOutcome(uintptr_t context, webchat_outcome *outcome);

static void on_done(void *context, const webchat_outcome *outcome) {
    webchatGoOutcome((uintptr_t)context, (webchat_outcome *)outcome);
}

webchat_status shim_service(const char *config, webchat_service **out) {
    return webchat_service_new(config, out);
}

webchat_status shim_command(
    webchat_service *service, const char *name, const char *options, uint32_t deadline_ms, uintptr_t context, uint64_t *out_request
) {
    const webchat_completion completion = {
        .size = sizeof completion, .deadline_ms = deadline_ms, .on_done = on_done, .context = (void *)context
    };
    return webchat_command(service, name, options, &completion, out_request);
}

int shim_readable(int descriptor) {
    struct pollfd polled = {.fd = descriptor, .events = POLLIN};
    return poll(&polled, 1, 0) == 1;
}
