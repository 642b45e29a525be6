import { content, png } from "./blocks.js";

export default () => content(png("test://static-binary"));
