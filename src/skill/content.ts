type Annotated = { readonly annotations?: { readonly [name: string]: unknown } };

/** A block of content, as MCP spells it (MCP 2025-11-25, tools/call). */
export type ContentBlock =
  | ({ readonly type: "text"; readonly text: string } & Annotated)
  | ({ readonly type: "image" | "audio"; readonly data: string; readonly mimeType: string } & Annotated)
  | ({
      readonly type: "resource";
      readonly resource:
        | { readonly uri: string; readonly mimeType?: string; readonly text: string }
        | { readonly uri: string; readonly mimeType?: string; readonly blob: string };
    } & Annotated)
  | ({
      readonly type: "resource_link";
      readonly uri: string;
      readonly name: string;
      readonly title?: string;
      readonly description?: string;
      readonly mimeType?: string;
      readonly size?: number;
    } & Annotated);

/** What the handler of a tool with `output: "content"` answers. `structured` is what its output_schema describes. */
export type Content<Structured = unknown> = {
  readonly content: readonly ContentBlock[];
  readonly structured?: Structured;
};

type Shown = string | ContentBlock;

/** Blocks to show, a plain string for a text, and beside them the structured answer, if there is one. */
export function content(blocks: Shown | readonly Shown[]): { readonly content: readonly ContentBlock[] };
export function content<const Structured>(
  blocks: Shown | readonly Shown[],
  structured: Structured,
): { readonly content: readonly ContentBlock[]; readonly structured: Structured };
export function content(blocks: Shown | readonly Shown[], structured?: unknown): Content {
  const list: readonly Shown[] = typeof blocks === "string" || "type" in blocks ? [blocks] : blocks;
  const shown = list.map((block) => (typeof block === "string" ? text(block) : block));
  return structured === undefined ? { content: shown } : { content: shown, structured };
}

/** A text, for people or models to read. */
export function text(text: string): ContentBlock {
  return { type: "text", text };
}

/** A picture, from its bytes or their base64. */
export function image(data: Uint8Array | string, mimeType: string): ContentBlock {
  return { type: "image", data: base64(data), mimeType };
}

/** A sound, from its bytes or their base64. */
export function audio(data: Uint8Array | string, mimeType: string): ContentBlock {
  return { type: "audio", data: base64(data), mimeType };
}

/** Where something is to be found, without the thing itself. */
export function link(
  uri: string,
  name: string,
  more: {
    readonly title?: string;
    readonly description?: string;
    readonly mimeType?: string;
    readonly size?: number;
  } = {},
): ContentBlock {
  return { type: "resource_link", uri, name, ...more };
}

function base64(data: Uint8Array | string): string {
  return typeof data === "string" ? data : Buffer.from(data).toString("base64");
}
