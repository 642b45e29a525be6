import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { ApprovalError, type HoldForApproval } from "../hall/approver.js";
import { takeCallback } from "./approvalsCallback.js";
import { type ApprovalDesk, readerOf } from "./approvalsDesk.js";
import { type Door, openDoor, SESSION_SECONDS } from "./approvalsDoor.js";
import { type Html, holdPage, loginPage, PAGE_POLICY, sentencePage, type Viewer } from "./approvalsPage.js";

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
 * The approval page and the signed callback, as one Hono app: GET and POST /approvals/<id>, /login, /logout and
 * POST /approvals/callback/<channel>. Whoever has an approval's address may read it; answering takes a session, which
 * the token on the serving terminal opens.
 */
export function approvalsApp(
  desk: ApprovalDesk,
  address: Address,
): { readonly app: Hono; readonly door: Door } {
  const door = openDoor(desk, `${address.origin}/login`);
  const app = new Hono();
  const cookie = address.isSecure ? "__Host-hall_session" : "hall_session";
  const sessionIn = (c: Context) => getCookie(c, cookie);
  const viewer = (c: Context): Viewer => {
    const person = desk.person();
    return { approver: person?.id ?? null, mayAnswer: person !== null && door.isOpen(sessionIn(c)) };
  };

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

  app.get("/login", (c) => show(c, loginPage(null, null)));
  app.post("/login", async (c) => {
    const { token, next } = await c.req.parseBody();
    const session = typeof token === "string" ? door.login(token.trim()) : undefined;
    const back = typeof next === "string" && UUID.test(next) ? next : null;
    if (session === undefined) return show(c, loginPage(back, "That isn't the token."), 403);
    setCookie(c, cookie, session, { ...COOKIE, secure: address.isSecure, maxAge: SESSION_SECONDS });
    return back === null
      ? show(c, sentencePage("You are logged in."))
      : c.redirect(`/approvals/${back}`, 303);
  });
  app.post("/logout", (c) => {
    door.logout(sessionIn(c));
    deleteCookie(c, cookie, { ...COOKIE, secure: address.isSecure });
    return show(c, sentencePage("You are logged out."));
  });

  app.get("/approvals/:id", (c) => show(c, holdPage(held(desk, c), viewer(c))));
  app.post("/approvals/:id", async (c) => {
    const hold = held(desk, c);
    const person = desk.person();
    if (person === null || !viewer(c).mayAnswer)
      return show(c, loginPage(hold.approval_id, "Log in first."), 403);
    const { verdict, reason } = await c.req.parseBody();
    if (verdict !== "approve" && verdict !== "deny" && verdict !== "escalate")
      return show(c, sentencePage("That is no answer."), 400);
    const why =
      typeof reason === "string" && reason.trim() !== "" ? reason.toWellFormed().slice(0, 500) : null;
    const approver = desk.approver({ ...person, surface: "http", sign: (bytes) => person.sign(bytes) });
    await approver.vote(hold.approval_id, verdict, why);
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
const COOKIE = { httpOnly: true, sameSite: "Strict", path: "/" } as const;

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
