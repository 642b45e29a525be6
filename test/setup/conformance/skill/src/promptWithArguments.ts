import { content, text } from "./blocks.js";

export default ({ arg1, arg2 }: { arg1: string; arg2: string }) =>
  content(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`));
