/* Two copies of the library in one process, as where a plugin brings its own: neither takes the other's handles. copies LIBRARY LIBRARY */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <dlfcn.h>

typedef webchat_status making(const char *config, webchat_service **out);
typedef webchat_status ending(webchat_service *service);
typedef const char *telling(void);

struct copy {
    making *make;
    ending *end;
    telling *reason;
    webchat_service *service;
};

/* C has no conversion of its own from an object's address to a function's. */
static void find(void *library, const char *name, void *function, size_t size) {
    void *symbol = dlsym(library, name);
    CHECK(symbol != NULL);
    memcpy(function, &symbol, size);
}

static void open_copy(struct copy *copy, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    find(library, "webchat_service_new", &copy->make, sizeof copy->make);
    find(library, "webchat_service_destroy", &copy->end, sizeof copy->end);
    find(library, "webchat_failure_reason", &copy->reason, sizeof copy->reason);
    CHECK_STATUS(copy->make("{\"dataURL\": \"http://127.0.0.1:1/chat\"}", &copy->service), WEBCHAT_OK);
}

int main(int argc, char **argv) {
    struct copy first, second;
    CHECK(argc == 3);
    open_copy(&first, argv[1]);
    open_copy(&second, argv[2]);
    CHECK(first.make != second.make);
    CHECK_STATUS(first.end(second.service), WEBCHAT_ERR_INVALID_HANDLE);
    CHECK_STATUS(second.end(first.service), WEBCHAT_ERR_INVALID_HANDLE);
    CHECK(first.reason()[0] != '\0' && second.reason()[0] != '\0');
    CHECK_STATUS(first.end(first.service), WEBCHAT_OK);
    CHECK_STATUS(second.end(second.service), WEBCHAT_OK);
    puts("copies: passed");
    return 0;
}
