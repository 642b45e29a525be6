export default async (_input, context) => {
  for (const progress of [1, 2, 3]) context.progress({ progress, total: 3 });
  return { counted: 3 };
};
