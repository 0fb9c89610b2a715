/** Works on up to `ahead` items at once and gives the results in the order of the items. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Its error is thrown when its turn comes.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= ahead) yield (await running.shift()) as Result;
    }
    while (running.length > 0) yield (await running.shift()) as Result;
  } finally {
    await Promise.allSettled(running);
  }
}

/** The same for work that has no results. */
export async function forEach<Item>(
  items: Iterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for await (const _ of inOrder(items, ahead, work));
}
