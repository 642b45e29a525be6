import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Address, approvalsApp } from "./approvals.js";
import { openBell } from "./approvalsBell.js";
import type { ApprovalDesk } from "./approvalsDesk.js";
import { LOOPBACK, openOutbox } from "./approvalsOutbox.js";

/** Where to listen. */
export type ListenOptions = {
  /** An address of this machine; loopback unless `proxy` is given. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The https address of a proxy in front that ends TLS, as browsers and Slack name it. */
  readonly proxy?: string | undefined;
};

/** A running approval server. */
export type ServedApprovals = { readonly origin: string; close(): Promise<void> };

/** It may not listen there. `message` says why and what helps. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code = "LISTEN";
}

/**
 * Serves the approval page and the signed callbacks, and announces new holds to the terminal and to the channels. Beyond this machine only
 * behind a proxy that ends TLS. Throws ListenError.
 */
export async function serveApprovals(desk: ApprovalDesk, options: ListenOptions): Promise<ServedApprovals> {
  const { host, port, proxy } = options;
  const outside = proxy === undefined ? undefined : proxyOrigin(proxy);
  if (outside === undefined && !LOOPBACK.has(host) && host !== "::1")
    throw new ListenError(
      `${host} can be reached from other machines, and nothing here is encrypted. Listen on 127.0.0.1, or put a proxy that ends TLS in front and name it: --behind-proxy https://HOST.`,
    );
  let current: ReturnType<typeof approvalsApp> | undefined;
  const server = createAdaptorServer({
    fetch: (request: Request) => current?.app.fetch(request) ?? new Response(null, { status: 503 }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", () =>
      reject(new ListenError(`Nothing can listen on ${host}, port ${port}: take another with --port.`)),
    );
    server.listen(port, host, resolve);
  });
  const address = addressOf((server.address() as AddressInfo).port, outside);
  current = approvalsApp(desk, address);
  if (desk.person() !== null) current.door.announce();
  const bell = openBell(desk, address.origin);
  const outbox = openOutbox(desk);
  return {
    origin: address.origin,
    async close() {
      bell.stop();
      outbox.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}

function addressOf(port: number, outside: URL | undefined): Address {
  if (outside !== undefined) return { hosts: [outside.host], isSecure: true, origin: outside.origin };
  const hosts = [...LOOPBACK].map((name) => new URL(`http://${name}:${port}`).host);
  return { hosts, isSecure: false, origin: `http://127.0.0.1:${port}` };
}

function proxyOrigin(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === "https:" && url.href === `${url.origin}/`) return url;
  throw new ListenError(
    `--behind-proxy: expected https:// and a host, as browsers name it, not ${JSON.stringify(proxy)}.`,
  );
}
