// Starts fauxqs on a free loopback port and says which. It ends with whoever holds its standard input: a test process that
// is killed cannot stop it any other way.
import { buildApp } from "fauxqs";

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));

const app = buildApp({ logger: false });
console.log(await app.listen({ port: 0, host: "127.0.0.1" }));
