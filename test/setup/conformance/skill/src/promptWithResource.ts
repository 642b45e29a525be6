import { content, resource, text } from "./blocks.js";

export default ({ resourceUri }: { resourceUri: string }) =>
  content(
    resource(resourceUri, "text/plain", "Embedded resource content for testing."),
    text("Please process the embedded resource above."),
  );
