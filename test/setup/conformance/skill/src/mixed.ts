import { content, image, resource, text } from "./blocks.js";

export default () =>
  content(
    text("Multiple content types test:"),
    image,
    resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  );
