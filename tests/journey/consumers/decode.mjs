// Decode messages, one in hexadecimal digits a line, with the registry client of kafkajs: `decode.mjs REGISTRY_URL`.
//
// Prints for each the value as JSON, or {"error": status} as the registry answered.

import { readFileSync } from "node:fs";
import registryClient from "@kafkajs/confluent-schema-registry";

const registry = new registryClient.SchemaRegistry({ host: process.argv[2] });
const shown = (_, value) => (value?.type === "Buffer" ? Buffer.from(value.data).toString("hex") : value);
for (const line of readFileSync(0, "utf8").split(/\s+/).filter((text) => text !== "")) {
  try {
    console.log(JSON.stringify(await registry.decode(Buffer.from(line, "hex")), shown));
  } catch (error) {
    if (error.status === undefined) throw error;
    console.log(JSON.stringify({ error: error.status }));
  }
}
