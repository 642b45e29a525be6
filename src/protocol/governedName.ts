const GOVERNED_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The name under which this Hall serves a server's tool, or undefined when it would be none that models and clients
 * take: 1 to 64 of a-z, A-Z, 0-9, _ and -. A server's name has no underscore, so the first one ends it.
 */
export function governedName(origin: string, tool: string): string | undefined {
  const name = `${origin}__${tool}`;
  return tool !== "" && GOVERNED_NAME.test(name) ? name : undefined;
}

/** The server and tool that a governed name stands for, or undefined when it is no such name. */
export function parseGovernedName(
  name: string,
): { readonly origin: string; readonly tool: string } | undefined {
  const end = name.indexOf("_");
  if (end < 1 || !GOVERNED_NAME.test(name) || !name.startsWith("__", end)) return undefined;
  const tool = name.slice(end + 2);
  return tool === "" ? undefined : { origin: name.slice(0, end), tool };
}
