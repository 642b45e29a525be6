const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export default async () => ({
  content: [
    { type: "text", text: "a pixel" },
    { type: "image", data: PIXEL, mimeType: "image/png" },
    { type: "resource_link", uri: "hall://pixel", name: "the same" },
  ],
  structured: { width: 1 },
});
