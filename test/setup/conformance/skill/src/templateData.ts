import { content, resource } from "./blocks.js";

export default ({ id }: { id: string }) => {
  const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return content(resource(`test://template/${id}/data`, "application/json", data));
};
