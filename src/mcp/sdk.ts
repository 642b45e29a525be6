import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CancelledNotificationSchema,
  type InitializeRequest,
  InitializeRequestSchema,
  type InitializeResult,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { CAPABILITIES, SERVER_NAME } from "./greeting.js";

/** Members that the SDK keeps to itself, as they are at the version that package.json pins. */
type Inside = {
  readonly _requestHandlerAbortControllers: ReadonlyMap<RequestId, AbortController>;
  _oninitialize(request: InitializeRequest): Promise<InitializeResult>;
  _requestMessageId: number;
};

/** Without a validator the SDK builds Ajv at start, for filled-in forms alone, which form.ts reads and checks. */
const FORMS_ARE_READ_ELSEWHERE = {
  getValidator: () => (data: unknown) => ({
    valid: true as const,
    data: data as never,
    errorMessage: undefined,
  }),
};

/** The SDK's low-level server with the things that it does otherwise here. */
export class HallServer extends Server {
  constructor(version: string, instructions: string | undefined) {
    super(
      { name: SERVER_NAME, version },
      {
        capabilities: CAPABILITIES,
        jsonSchemaValidator: FORMS_ARE_READ_ELSEWHERE,
        ...(instructions === undefined ? {} : { instructions }),
      },
    );
    // The SDK's own handlers answer a bad initialize with zod's dump, and take request id 0 for none when cancelling.
    this.removeRequestHandler("initialize");
    this.removeRequestHandler("logging/setLevel"); // its levels are kept by session in logging.ts
    inside(this)._requestMessageId = 1; // clients of the SDK take 0 for none too, and couldn't be told to stop asking
    this.setNotificationHandler(CancelledNotificationSchema, ({ params: { requestId } }) => {
      if (requestId !== undefined) inside(this)._requestHandlerAbortControllers.get(requestId)?.abort();
    });
  }

  /** Negotiates the protocol version and remembers the client's capabilities. The request has been checked. */
  initialize(request: JSONRPCRequest): Promise<InitializeResult> {
    return inside(this)._oninitialize(InitializeRequestSchema.parse(request)); // spells elicitation: {} out as forms
  }

  /** A server without tasks serves a request for one as an ordinary request (MCP, Tasks). */
  protected override assertTaskHandlerCapability(): void {}
}

function inside(server: Server): Inside {
  return server as unknown as Inside;
}
