import { audio, content } from "./blocks.js";

export default () => content(audio);
