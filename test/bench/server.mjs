/*
 * An MCP server on stdio with the bench's skill: `node server.mjs DIST HALL`, where HALL is `none` (the SDK
 * hands each call straight to the child), `memory`, or the directory of a home.
 */
import { openDist } from "./dist.mjs";
import { buildBenchSkill, callerNamed, openAt, openInMemory } from "./hall.mjs";

const [directory, hall] = process.argv.slice(2);
const dist = openDist(directory);
if (hall === "none") await serveUngoverned();
else await serveGoverned(hall === "memory" ? await openInMemory(dist) : await openAt(dist, hall));

async function serveGoverned(parts) {
  const { serveStdio } = await dist.load("mcp/index.js");
  await serveStdio({
    gateFor: ({ name }) => parts.hall.gate(callerNamed(`mcp:${name}`, parts.session_id)),
    version: "bench",
    onClose: () => parts.hall.close(),
  });
}

async function serveUngoverned() {
  const { Server } = await import("@modelcontextprotocol/sdk/server/index.js");
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
  const { CallToolRequestSchema } = await import("@modelcontextprotocol/sdk/types.js");
  const { readArtifact } = await dist.load("build/artifact.js");
  const { openRunner } = await dist.load("run/runner.js");
  const { artifact, artifact_digest, manifest } = await buildBenchSkill(dist);
  const handlers = new Map([["echo", readArtifact(artifact).files.get("handlers/echo.mjs")]]);
  const runner = openRunner();
  const server = new Server({ name: "ungoverned", version: "bench" }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const result = await runner.run({
      artifact_digest,
      tenant_id: "local",
      env: "dev",
      tool: params.name,
      handlers,
      input: Buffer.from(JSON.stringify(params.arguments)),
      limits: manifest.limits,
      data_dir: null,
      caller: { tenant_id: "local", agent: "mcp:bench", env: "dev", correlation_id: "c" },
      envelope: manifest.privilege_envelope,
      signal,
    });
    if (!result.ok) return { isError: true, content: [{ type: "text", text: result.code }] };
    const text = Buffer.from(result.output).toString("utf8");
    return { content: [{ type: "text", text }], structuredContent: JSON.parse(text) };
  });
  server.onclose = async () => {
    await runner.close();
    process.exit(0);
  };
  process.stdin.on("end", () => server.close());
  await server.connect(new StdioServerTransport());
}
