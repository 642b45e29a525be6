import { content, image } from "./blocks.js";

export default () => content(image);
