import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
} from "@modelcontextprotocol/sdk/types.js";
import { isObject } from "./message.js";
import { ownRecords } from "./ownRecords.js";
import { ownCapabilities, ownWorkers } from "./ownWorkers.js";
import { pageAfter } from "./pages.js";
import type { Change, Reading, ResourceProvider } from "./provider.js";
import { invalidParams, RpcError } from "./rpc.js";

/** The resources of one session. Everything throws RpcError for what the client did wrong. */
export type Resources = {
  list(cursor: unknown, reading: Reading): Promise<ListResourcesResult>;
  templates(cursor: unknown): ListResourceTemplatesResult;
  read(params: unknown, reading: Reading): Promise<ReadResourceResult>;
  /** From now on changes of a resource that the caller can read are told. */
  subscribe(params: unknown, reading: Reading): Promise<void>;
  unsubscribe(params: unknown): void;
  /** The subscribed URIs that such a change may have touched. */
  touchedBy(change: Change): readonly string[];
  /** Values for a template's variable; undefined when there is no such template. */
  complete(template: string, variable: string, reading: Reading): Promise<readonly string[] | undefined>;
};

const RESOURCE_NOT_FOUND = -32002;
const MAX_URI = 2_048;
const MAX_SUBSCRIPTIONS = 100;

export function openResources(more: readonly ResourceProvider[]): Resources {
  const providers = [ownRecords, ownWorkers, ownCapabilities, ...more];
  const subscribed = new Map<string, ResourceProvider>();

  async function find(params: unknown, reading: Reading) {
    const uri = parseUri(params);
    for (const provider of providers) {
      const contents = await provider.read(uri, reading);
      if (contents !== undefined) return { uri, provider, contents };
    }
    throw new RpcError(RESOURCE_NOT_FOUND, "There is no such resource, or none that you can read.", { uri });
  }

  return {
    async list(cursor, reading) {
      const lists = await Promise.all(providers.map((provider) => provider.list(reading)));
      const { shown, next } = pageAfter(lists.flat(), cursor, ({ uri }) => uri);
      return { resources: [...shown], ...next };
    },
    templates(cursor) {
      const all = providers.flatMap((provider) => provider.templates);
      const { shown, next } = pageAfter(all, cursor, ({ uriTemplate }) => uriTemplate);
      return { resourceTemplates: [...shown], ...next };
    },
    async read(params, reading) {
      const { contents } = await find(params, reading);
      return { contents };
    },
    async subscribe(params, reading) {
      const { uri, provider } = await find(params, reading); // what can't be read can't be watched either
      if (!subscribed.has(uri) && subscribed.size >= MAX_SUBSCRIPTIONS) {
        throw invalidParams(
          `A session may subscribe to ${MAX_SUBSCRIPTIONS} resources; unsubscribe from one first.`,
        );
      }
      subscribed.set(uri, provider);
    },
    unsubscribe(params) {
      subscribed.delete(parseUri(params));
    },
    touchedBy: (change) =>
      [...subscribed].filter(([uri, { changesWith }]) => changesWith?.(uri) === change).map(([uri]) => uri),
    async complete(template, variable, reading) {
      const named = (provider: ResourceProvider) =>
        provider.templates.some(({ uriTemplate }) => uriTemplate === template);
      const provider = providers.find(named);
      if (provider === undefined || !template.includes(`{${variable}}`)) return undefined;
      return (await provider.complete?.(template, variable, reading)) ?? [];
    },
  };
}

function parseUri(params: unknown): string {
  const uri = isObject(params) ? params["uri"] : undefined;
  if (typeof uri !== "string" || uri.length > MAX_URI) {
    throw invalidParams(`params.uri must be a string of at most ${MAX_URI} characters.`);
  }
  return uri;
}
