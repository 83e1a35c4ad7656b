// Takes OTLP over HTTP (protobuf) on a free loopback port, and says which. GET / answers what has come in so far, as JSON. It ends
// with whoever holds its standard input.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { opentelemetry } = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js");
const collector = opentelemetry.proto.collector;
const kinds = {
  "/v1/traces": collector.trace.v1.ExportTraceServiceRequest,
  "/v1/metrics": collector.metrics.v1.ExportMetricsServiceRequest,
  "/v1/logs": collector.logs.v1.ExportLogsServiceRequest,
};
const received = { "/v1/traces": [], "/v1/metrics": [], "/v1/logs": [] };
const plain = { longs: String, enums: String, defaults: true };

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));

const hex = (key, value) => value?.type === "Buffer" ? Buffer.from(value.data).toString("hex") : value;

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(received, hex));
    return;
  }

  const chunks = [];
  request.on("data", chunk => chunks.push(chunk));
  request.on("end", () => {
    const kind = kinds[request.url];
    try {
      const type = request.headers["content-type"];
      if (!kind || type !== "application/x-protobuf") throw new Error(`${request.url} ${type}`);
      received[request.url].push(kind.toObject(kind.decode(Buffer.concat(chunks)), plain));
      response.setHeader("content-type", "application/x-protobuf");
      response.end();
    } catch (error) {
      response.statusCode = 400;
      response.end(`${error}`);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
