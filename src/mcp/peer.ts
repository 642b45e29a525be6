import type {
  ClientCapabilities,
  CreateMessageRequestParamsBase,
  CreateMessageResult,
  ElicitResult,
  ServerNotification,
} from "@modelcontextprotocol/sdk/types.js";
import type { Extra } from "./extra.js";
import type { Form } from "./form.js";
import { isObject } from "./message.js";
import type { HallServer } from "./sdk.js";

/** Where in a session something is sent, and how long an answer may take. */
export type Waiting = { readonly extra: Extra; readonly signal: AbortSignal; readonly ms: number };

/** The client of one session, as far as it can be spoken to. */
export type Peer = {
  /** What it said it can be asked. */
  readonly can: { readonly form: boolean; readonly url: boolean; readonly sample: boolean };
  /** Sends a notification, about a request where one is given. Never rejects. */
  notify(notification: ServerNotification, extra?: Extra): Promise<void>;
  /** Shows its person a form. Rejects when that fails, is cancelled or takes too long. */
  form(message: string, form: Form, waiting: Waiting): Promise<ElicitResult>;
  /** Sends its person to a page. Rejects likewise; accepted means that they agreed to go. */
  page(
    page: { message: string; elicitationId: string; url: string },
    waiting: Waiting,
  ): Promise<ElicitResult>;
  /** Asks its model. Rejects likewise. */
  sample(params: CreateMessageRequestParamsBase, waiting: Waiting): Promise<CreateMessageResult>;
};

export function openPeer(server: HallServer, report: (error: unknown) => void): Peer {
  const about = ({ extra, signal, ms }: Waiting) => ({
    relatedRequestId: extra.requestId, // over HTTP it rides the stream of the call that waits
    signal,
    timeout: ms,
  });
  return {
    can: abilitiesOf(server.getClientCapabilities()),
    async notify(notification, extra) {
      if (server.transport === undefined || extra?.signal.aborted) return;
      const options = extra === undefined ? {} : { relatedRequestId: extra.requestId };
      await server.notification(notification, options).catch(report);
    },
    form: (message, requestedSchema, waiting) =>
      server.elicitInput({ mode: "form", message, requestedSchema }, about(waiting)),
    page: (page, waiting) => server.elicitInput({ mode: "url", ...page }, about(waiting)),
    sample: (params, waiting) => server.createMessage(params, about(waiting)),
  };
}

function abilitiesOf({ elicitation, sampling }: ClientCapabilities = {}): Peer["can"] {
  return {
    form: isObject(elicitation?.form),
    url: isObject(elicitation?.url),
    sample: isObject(sampling),
  };
}
