import { EXIT } from "../exit.js";
import { UsageError } from "../failure.js";
import { addVerb, option, type Program } from "../verb.js";

type ServeWords = {
  readonly port?: string;
  readonly host?: string;
  readonly key: readonly string[];
  readonly behindProxy?: string;
};

/** `hall approvals serve`: the page and the signed channels through which held calls are answered. */
export function addServe(approvals: Program): void {
  addVerb<ServeWords>(approvals, {
    usage: "serve",
    summary: "let approvers answer in a browser and through the channels of config.json",
    text: "Serves a page for each held call, says here in a line where it is when another waits, announces new ones to the URLs of config.channels (signed, X-Hall-Signature), and takes the presses of their buttons at /approvals/callback/CHANNEL, where only a body that the channel signed says who answers. Answering on the page takes the one-time token that is printed here. Each answer is signed with the keys given: an approver's for the page, a channel's for what came through it. Listens on this machine alone, unless a proxy in front ends TLS.",
    example:
      "hall approvals serve\nhall approvals serve --key ~/.keys/alice.pem --key ~/.keys/slack.pem --behind-proxy https://hall.example.com",
    inForce: true,
    options: [
      option("--port <port>", "where to listen (default: HALL_API_PORT, else 8765)"),
      option("--host <address>", "on which address (default: HALL_API_HOST, else 127.0.0.1)"),
      option("--key <file>", "an approver's or channel's private key (PEM); repeat for more")
        .default([])
        .argParser((value: string, before: readonly string[]) => [...before, value]),
      option("--behind-proxy <url>", "the https address of the proxy in front, as browsers name it"),
    ],
    async run({ workshop, host: { environment }, out, signal }, _, words) {
      const { serveApprovals } = await import("../../lifecycle/serveApprovals.js");
      const { serveApprovals: listen } = await import("../../http/approvalsServe.js");
      const host = words.host ?? environment["HALL_API_HOST"] ?? "127.0.0.1";
      const port = portOf(words.port ?? environment["HALL_API_PORT"] ?? "8765");
      await serveApprovals(workshop, {
        keyFiles: words.key,
        async serve(desk) {
          const say = (line: string) => out.ask(line); // the tokens, in every mode
          const server = await listen({ ...desk, say, fetch }, { host, port, proxy: words.behindProxy });
          out.result({ ok: true, origin: server.origin }, () => [`Approvals are served at ${server.origin}`]);
          if (desk.person() === null)
            out.note("No approver's key was given, so nobody can answer on the page.");
          await new Promise<void>((resolve) => {
            if (signal.aborted) resolve();
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
          await server.close();
        },
      });
      return EXIT.ok;
    },
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${JSON.stringify(text)} is no port.`, "Name one from 0 to 65535: --port 8765");
}
