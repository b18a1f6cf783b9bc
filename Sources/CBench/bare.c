#include "bench.h"
#include <librdkafka/rdkafka.h>

uint64_t bench_bare_consume(const char *brokers, const char *topic, int partitions, uint64_t want, uint64_t *wall, uint64_t *bytes) {
  char words[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  const char *set[][2] = {{"bootstrap.servers", brokers}, {"group.id", "vigie-bench-bare"}, {"enable.auto.commit", "false"}, {"auto.offset.reset", "earliest"}};
  for (int i = 0; i < 4; i++) if (rd_kafka_conf_set(conf, set[i][0], set[i][1], words, sizeof words)) return 0;
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, words, sizeof words);
  if (!client) return 0;
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; p++) rd_kafka_topic_partition_list_add(list, topic, p)->offset = 0;
  uint64_t wall0 = bench_wall_nanoseconds(), cpu0 = bench_process_nanoseconds(), got = 0, size = 0;
  rd_kafka_assign(client, list);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
  static rd_kafka_message_t *batch[1024];
  int quiet = 0;
  while (got < want && quiet < 30) {
    ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, batch, 1024);
    quiet = n > 0 ? 0 : quiet + 1;
    for (ssize_t i = 0; i < n; i++) {
      if (!batch[i]->err) { got++; size += batch[i]->len; }
      rd_kafka_message_destroy(batch[i]);
    }
  }
  uint64_t cpu = bench_process_nanoseconds() - cpu0;
  *wall = bench_wall_nanoseconds() - wall0;
  *bytes = size;
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return got < want ? 0 : cpu;
}
