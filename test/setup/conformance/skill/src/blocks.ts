/** What a handler answers: content blocks as MCP spells them. */
export type Block = { readonly type: string; readonly [member: string]: unknown };
export type Content = { readonly content: readonly Block[] };

/** What the Hall hands to a handler, as far as these fixtures use it. */
export type Context = {
  progress(report: { progress: number; total: number }): void;
  log(text: string): void;
  elicit(question: { message: string; schema: object }): Promise<{ action: string; content?: object }>;
  sample(params: object): Promise<{ content?: { text?: string }; error?: string }>;
};

/** One red pixel, and no sound at all. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

export const text = (text: string): Block => ({ type: "text", text });
export const image: Block = { type: "image", data: PNG, mimeType: "image/png" };
export const audio: Block = { type: "audio", data: WAV, mimeType: "audio/wav" };
export const png = (uri: string): Block => ({
  type: "resource",
  resource: { uri, mimeType: "image/png", blob: PNG },
});
export const resource = (uri: string, mimeType: string, text: string): Block => ({
  type: "resource",
  resource: { uri, mimeType, text },
});
export const content = (...blocks: readonly Block[]): Content => ({ content: blocks });
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
