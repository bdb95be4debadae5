/* What Go cannot say itself: contexts that are numbers, and callbacks. */
#include <stdint.h>
#include <webchat.h>

webchat_status shim_service(const char *config, webchat_service **out);
webchat_status shim_command(
    webchat_service *service, const char *name, const char *options, uint32_t deadline_ms, uintptr_t context, uint64_t *out_request
);

/* Whether a descriptor can be read now. */
int shim_readable(int descriptor);
