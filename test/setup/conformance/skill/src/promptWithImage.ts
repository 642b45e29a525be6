import { content, image, text } from "./blocks.js";

export default () => content(image, text("Please analyze the image above."));
