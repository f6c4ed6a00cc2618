// Write records with kafkajs onto the partitions that the hub, and Kafka's own client, expect.
//
//     node produce.mjs BOOTSTRAP TOPIC < keys.txt          # one key a line
//
// Prints the partition of each key, in the order of the lines.

import { readFileSync } from "node:fs";
import kafkajs from "kafkajs";

const [bootstrap, topic] = process.argv.slice(2);
const keys = readFileSync(0, "utf8").split("\n").filter((line) => line !== "");

const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.ERROR });
// Kafka's own partitioner since version 2 of this client; LegacyPartitioner is another one.
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
for (const key of keys) {
  const [place] = await producer.send({ topic, acks: -1, messages: [{ key, value: "" }] });
  console.log(place.partition);
}
await producer.disconnect();
