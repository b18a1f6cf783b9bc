// What Swift cannot import from librdkafka by itself: variadic functions, macros that are expressions, and calls that
// older versions do not have (each guarded by RD_KAFKA_VERSION, so that 2.0.2 and 2.8 compile as well).
#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The version of the headers, 0xMMmmrrxx. The linked library may be another: rd_kafka_version() says.
static inline int32_t vigie_rd_headers_version(void) { return RD_KAFKA_VERSION; }

// rd_kafka_produce with a timestamp and headers. Owns `headers` in every case. The bytes are copied.
static inline rd_kafka_resp_err_t vigie_rd_produce(
    rd_kafka_t *rk, rd_kafka_topic_t *topic, int32_t partition, const void *value, size_t value_size, const void *key,
    size_t key_size, int64_t timestamp_ms, rd_kafka_headers_t *headers, void *opaque) {
    rd_kafka_vu_t v[8];
    size_t n = 0;
    v[n].vtype = RD_KAFKA_VTYPE_RKT, v[n++].u.rkt = topic;
    v[n].vtype = RD_KAFKA_VTYPE_PARTITION, v[n++].u.i32 = partition;
    v[n].vtype = RD_KAFKA_VTYPE_MSGFLAGS, v[n++].u.i = RD_KAFKA_MSG_F_COPY;
    v[n].vtype = RD_KAFKA_VTYPE_VALUE, v[n].u.mem.ptr = (void *)value, v[n++].u.mem.size = value_size;
    v[n].vtype = RD_KAFKA_VTYPE_OPAQUE, v[n++].u.ptr = opaque;
    if (key) v[n].vtype = RD_KAFKA_VTYPE_KEY, v[n].u.mem.ptr = (void *)key, v[n++].u.mem.size = key_size;
    if (timestamp_ms > 0) v[n].vtype = RD_KAFKA_VTYPE_TIMESTAMP, v[n++].u.i64 = timestamp_ms;
    if (headers) v[n].vtype = RD_KAFKA_VTYPE_HEADERS, v[n++].u.headers = headers;
    rd_kafka_error_t *error = rd_kafka_produceva(rk, v, n);
    if (!error) return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers) rd_kafka_headers_destroy(headers);
    return code;
}

// Lets a group on the mock cluster form at once. Returns 0 where the library is too old to do so.
static inline int vigie_rd_mock_form_groups_at_once(rd_kafka_mock_cluster_t *cluster) {
#if RD_KAFKA_VERSION >= 0x020800ff
    rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
    return 1;
#else
    (void)cluster;
    return 0;
#endif
}

// The metadata of a partition of a list; librdkafka frees it with the list. 0 when there is no memory.
static inline int vigie_rd_set_metadata(rd_kafka_topic_partition_t *partition, const char *text, size_t size) {
    char *copy = (char *)rd_kafka_mem_malloc(NULL, size + 1);
    if (!copy) return 0;
    memcpy(copy, text, size);
    copy[size] = 0;
    partition->metadata = copy;
    partition->metadata_size = size;
    return 1;
}
