import { content, resource } from "./blocks.js";

export default () => content(resource("test://watched-resource", "text/plain", "Watched."));
