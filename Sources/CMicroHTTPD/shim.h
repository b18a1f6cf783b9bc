#pragma once
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

// Variadic functions are not imported into Swift: each gets a plain form here.

/// What a daemon is started with.
struct vigie_mhd_options {
    /// Bound and listening; the daemon closes it when it stops.
    int listen_socket;
    unsigned int threads;
    size_t connection_memory;
    unsigned int connection_limit;
    unsigned int timeout_seconds;
    MHD_AccessHandlerCallback handler;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    /// One line of the library's own log.
    void (*log)(void *context, const char *line);
    void *context;
    /// PEM texts, or NULL for plain HTTP.
    const char *certificate;
    const char *key;
};

static void vigie_mhd_log(void *context, const char *format, va_list arguments) {
    const struct vigie_mhd_options *options = (const struct vigie_mhd_options *) context;
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == ' ')) line[--length] = 0;
    options->log(options->context, line);
}

/// `options` must live as long as the daemon.
static inline struct MHD_Daemon *vigie_mhd_start(const struct vigie_mhd_options *options) {
    unsigned int flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem optional[4];
    int count = 0;
    if (options->threads > 1)
        optional[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t) options->threads, NULL};
    if (options->certificate && options->key) {
        flags |= MHD_USE_TLS;
        optional[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *) options->certificate};
        optional[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *) options->key};
    }
    optional[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, options->handler, options->context,
        MHD_OPTION_EXTERNAL_LOGGER, &vigie_mhd_log, (void *) options,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket) options->listen_socket,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, options->target, options->context,
        MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context,
        MHD_OPTION_ARRAY, optional,
        MHD_OPTION_END);
}

/// The client's address, or NULL.
static inline const struct sockaddr *vigie_mhd_client(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

static inline int vigie_mhd_has_tls(void) { return MHD_is_feature_supported(MHD_FEATURE_TLS) == MHD_YES; }

/// Names the calling thread; 15 characters at most.
static inline void vigie_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
