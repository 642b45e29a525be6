import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ApprovalError, type HoldForApproval } from "../hall/approver.js";
import { takeCallback } from "./approvalsCallback.js";
import { type ApprovalDesk, readerOf } from "./approvalsDesk.js";
import { type Door, openDoor } from "./approvalsDoor.js";
import { type Html, holdPage, PAGE_POLICY, sentencePage } from "./approvalsPage.js";

/** The longest form that is read: a callback of Slack's, which repeats the message. */
const MAX_BODY = 1024 * 1024;

/** Where the server stands, as browsers name it. */
export type Address = {
  /** The Host headers that are this server's. Any other is somebody's name that points here. */
  readonly hosts: readonly string[];
  /** Whether browsers reach it over TLS, ended by a proxy. */
  readonly isSecure: boolean;
  /** The address that people are told. */
  readonly origin: string;
};

/**
 * The approval pages and the signed callback, as one Hono app: GET and POST /approvals/<id> and
 * POST /approvals/callback/<channel>. Whoever has an approval's address may read it; each answer takes its own token,
 * which the serving terminal shows. Nothing here lists those addresses: other users of the machine reach it too.
 */
export function approvalsApp(
  desk: ApprovalDesk,
  address: Address,
): { readonly app: Hono; readonly door: Door } {
  const door = openDoor(desk, `${address.origin}/approvals/ID`);
  const app = new Hono();
  const approver = () => desk.person()?.id ?? null;

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
    return address.hosts.includes(c.req.header("host") ?? "") ? next() : c.text("wrong host", 421);
  });
  app.use(bodyLimit({ maxSize: MAX_BODY, onError: (c) => c.text("too long", 413) }));

  app.post("/approvals/callback/:channel", async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const headers = {
      signature: c.req.header("x-slack-signature"),
      timestamp: c.req.header("x-slack-request-timestamp"),
    };
    const { status, said } = await takeCallback(desk, c.req.param("channel"), body, headers);
    return c.text(said, status);
  });

  // All else that changes anything comes from a page of this very origin; browsers say where a form was sent from.
  app.use(async (c, next) => {
    if (c.req.method !== "GET" && !isOwnPage(c, address))
      return show(c, sentencePage("Sent from another page."), 403);
    return next();
  });

  app.get("/", (c) =>
    show(
      c,
      sentencePage("Which calls wait is said on the terminal that serves this, and by: hall approvals list"),
    ),
  );
  app.get("/approvals/:id", (c) => show(c, holdPage(held(desk, c), approver())));
  app.post("/approvals/:id", async (c) => {
    const hold = held(desk, c);
    const person = desk.person();
    const { verdict, reason, token } = await c.req.parseBody();
    if (verdict !== "approve" && verdict !== "deny" && verdict !== "escalate")
      return show(c, sentencePage("That is no answer."), 400);
    if (person === null || typeof token !== "string" || !door.opens(token.trim()))
      return show(
        c,
        holdPage(hold, approver(), "That isn't the terminal's token; nothing was answered."),
        403,
      );
    const why =
      typeof reason === "string" && reason.trim() !== "" ? reason.toWellFormed().slice(0, 500) : null;
    const voter = desk.approver({ ...person, surface: "http", sign: (bytes) => person.sign(bytes) });
    await voter.vote(hold.approval_id, verdict, why);
    return c.redirect(`/approvals/${hold.approval_id}`, 303);
  });

  app.notFound((c) => show(c, sentencePage("There is nothing here."), 404));
  app.onError((error, c) => {
    if (error instanceof ApprovalError)
      return show(c, sentencePage(REFUSALS[error.code]), STATUS[error.code]);
    desk.say("A page couldn't be made.");
    return show(c, sentencePage("That can't be done now."), 503);
  });
  return { app, door };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": PAGE_POLICY,
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

const STATUS = { NOT_FOUND: 404, CLOSED: 409, NOT_AN_APPROVER: 403, COMMITMENT: 503 } as const;
const REFUSALS: Readonly<Record<ApprovalError["code"], string>> = {
  NOT_FOUND: "There is no such approval.",
  CLOSED: "It is closed already; nothing is left to decide.",
  NOT_AN_APPROVER: "This isn't yours to answer.",
  COMMITMENT: "The stored call isn't the one that was asked for.",
};

function held(desk: ApprovalDesk, c: Context): HoldForApproval {
  const id = c.req.param("id") ?? "";
  if (!UUID.test(id)) throw new ApprovalError("NOT_FOUND", "no id");
  return readerOf(desk).show(id);
}

/** Whether a form was sent from a page of this server: its scheme, host and port, not only its site. */
function isOwnPage(c: Context, { isSecure }: Address): boolean {
  const host = c.req.header("host") ?? ""; // one of this server's, as was checked
  return c.req.header("origin") === `${isSecure ? "https" : "http"}://${host}`;
}

function show(c: Context, page: Html, status: 200 | 400 | 403 | 404 | 409 | 503 = 200) {
  return c.html(page, status);
}
