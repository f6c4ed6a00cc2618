// Read the national stream (hocba.bo.transcript.v1) with kafkajs and its schema registry client.
//
//     node read.mjs BOOTSTRAP REGISTRY_URL [--follow]
//
// Prints what is in force, one JSON line a key, and ends. With --follow it prints each change as it comes, and goes on.

import { randomUUID } from "node:crypto";
import registryClient from "@kafkajs/confluent-schema-registry";
import kafkajs from "kafkajs";

const TOPIC = "hocba.bo.transcript.v1";
const [bootstrap, registryUrl, option] = process.argv.slice(2);
const follow = option === "--follow";

const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.ERROR });
const registry = new registryClient.SchemaRegistry({ host: registryUrl });
const inForce = new Map();

/** Return the offset behind the last record of each partition that holds any. */
async function ends() {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(TOPIC);
  await admin.disconnect();
  return new Map(offsets.filter((o) => o.low !== o.high).map((o) => [o.partition, BigInt(o.high)]));
}

/** Print one line; hashes as hexadecimal digits. What was sent before there were grades of evidence is native. */
function printLine(partition, key, transcript) {
  const shown = (_, value) => (value?.type === "Buffer" ? Buffer.from(value.data).toString("hex") : value);
  const evidence = transcript && (transcript.evidence ?? "native");
  console.log(JSON.stringify({ key, partition, evidence, transcript }, shown));
}

/** Keep the newest transcript of each key, as the topic itself does; null takes back what the key said. */
async function take(partition, message) {
  const key = message.key.toString();
  const transcript = message.value === null ? null : await registry.decode(message.value);
  if (follow) printLine(partition, key, transcript);
  else if (transcript === null) inForce.delete(key);
  else inForce.set(key, { partition, transcript });
}

const unread = await ends();
// The table is built anew at each start, from the beginning: so each run is a group of its own and commits nothing.
const consumer = kafka.consumer({ groupId: `transcript-reader-${randomUUID()}` });
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
const finished = new Promise((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  if (unread.size === 0 && !follow) resolve();
  consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      for (const message of batch.messages) {
        await take(batch.partition, message);
        await heartbeat();
      }
      if (BigInt(batch.lastOffset()) + 1n >= (unread.get(batch.partition) ?? 0n)) unread.delete(batch.partition);
      if (unread.size === 0 && !follow) resolve();
    },
  });
});
try {
  await finished;
} finally {
  await consumer.disconnect();
}
for (const [key, { partition, transcript }] of inForce) printLine(partition, key, transcript);
