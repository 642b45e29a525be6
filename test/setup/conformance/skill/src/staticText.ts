import { content, resource } from "./blocks.js";

export default () =>
  content(resource("test://static-text", "text/plain", "This is the content of the static text resource."));
