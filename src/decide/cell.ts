import { DATA_LABELS, ENVS, QOS_CLASSES, type RouteInput, TENANT_RISKS } from "../protocol/request.js";

/** What a rule can match on: one capability and one of the 4 x 3 x 3 x 4 cells of its match space (hall.md). */
export type Cell = Pick<RouteInput, "capability_id" | "env" | "data_label" | "tenant_risk" | "qos_class">;

export const CELLS = ENVS.length * DATA_LABELS.length * TENANT_RISKS.length * QOS_CLASSES.length;

/** The four small vocabularies in the order in which they number a cell, the last one fastest. */
export const AXES = [ENVS, DATA_LABELS, TENANT_RISKS, QOS_CLASSES] as const;

/** The number of a cell within its capability, 0 to 143. */
export function cellOf(cell: Cell): number {
  const env = ENVS.indexOf(cell.env);
  const label = DATA_LABELS.indexOf(cell.data_label);
  const risk = TENANT_RISKS.indexOf(cell.tenant_risk);
  const qos = QOS_CLASSES.indexOf(cell.qos_class);
  return ((env * DATA_LABELS.length + label) * TENANT_RISKS.length + risk) * QOS_CLASSES.length + qos;
}
