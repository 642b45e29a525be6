export default async () => ({
  hall: { outcome: "denied", code: "DENY_RATE_LIMITED", message: "nothing has run" },
});
