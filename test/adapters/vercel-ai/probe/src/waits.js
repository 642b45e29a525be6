export default async (_input, context) => {
  context.progress({ progress: 0, message: "begun" });
  const busy = setInterval(() => {}, 1_000);
  await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  clearInterval(busy);
  return { waited: true };
};
