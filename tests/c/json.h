/*
 * Reads JSON text that is known to be right, as the adapters of the conformance table get it from the runner: C99, and C++17.
 */
#ifndef WEBCHAT_TESTS_JSON_H
#define WEBCHAT_TESTS_JSON_H

#include <stdlib.h>
#include <string.h>

/* A value: where it stands in the text. */
typedef struct {
    const char *at;
    size_t length;
} json;

static const char *json_skip(const char *at, const char *these) {
    return at + strspn(at, these);
}

/* Where the value that begins here ends. */
static const char *json_end(const char *at) {
    size_t depth = 0;
    do {
        if (*at == '"') {
            for (at++; *at != '"' && *at != '\0'; at++) {
                if (*at == '\\') at++;
            }
            at++;
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else {
            at += depth == 0 ? strcspn(at, ",:]} ") : 1;
        }
    } while (depth > 0 && *at != '\0');
    return at;
}

static json json_value(const char *at) {
    json value;
    value.at = at;
    value.length = (size_t)(json_end(at) - at);
    return value;
}

/* The next element of an array or member of an object, whose name goes to `name`; `*at` begins behind the bracket. 0 behind the last. */
static int json_next(const char **at, json *name, json *value) {
    const char *from = json_skip(*at, " ,");
    if (*from == '}' || *from == ']' || *from == '\0') return 0;
    *value = json_value(from);
    from = json_skip(value->at + value->length, " ");
    if (*from == ':') {
        *name = *value;
        *value = json_value(json_skip(from + 1, " "));
    }
    *at = value->at + value->length;
    return 1;
}

/* A text without its quotes and escapes, any other value as it is written; the caller's to free. NULL for a text with a NUL in it. */
static char *json_text(json value) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char *const text = (char *)malloc(value.length + 1);
    const char *from = value.at, *const end = value.at + value.length;
    char *to = text;
    if (text == NULL) abort();
    if (*from != '"') {
        memcpy(text, from, value.length);
        text[value.length] = '\0';
        return text;
    }
    for (from++; from < end - 1; from++) {
        if (*from != '\\') {
            *to++ = *from;
        } else if (*++from == 'u') {
            /* The runner escapes control characters alone. */
            const char code[] = {from[3], from[4], '\0'};
            *to = (char)strtol(code, NULL, 16);
            if (*to++ == '\0') {
                free(text);
                return NULL;
            }
            from += 4;
        } else {
            *to++ = meant[strchr(letters, *from) - letters];
        }
    }
    *to = '\0';
    return text;
}

/* What a text in base64 stands for, in its place; returns how many bytes. */
static size_t json_bytes(char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned long held = 0;
    unsigned bits = 0;
    size_t length = 0;
    for (const char *from = text; *from != '\0' && *from != '='; from++) {
        held = (held << 6 | (unsigned long)(strchr(digits, *from) - digits)) & 0xFFFFFF;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            text[length++] = (char)(held >> bits & 0xFF);
        }
    }
    return length;
}

#endif
