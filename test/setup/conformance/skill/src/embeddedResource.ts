import { content, resource } from "./blocks.js";

export default () =>
  content(resource("test://embedded-resource", "text/plain", "This is an embedded resource content."));
