import { content, text } from "./blocks.js";

export default () => content(text("This is a simple text response for testing."));
