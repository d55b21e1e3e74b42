/** Every word must occur; whole starts of words come first, and shorter texts before longer ones. */
export function rank<V>(items: V[], words: string, textOf: (item: V) => string): V[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return items.flatMap((item) => {
    const text = textOf(item).toLowerCase();
    let score = text.length / 200;
    for (const word of wanted) {
      const at = text.indexOf(word);
      if (at < 0) {
        return [];
      }
      score += at === 0 ? 0 : /[\s./:_-]/.test(text[at - 1]!) ? 1 : 3;
    }
    return [{ item, score }];
  }).sort((a, b) => a.score - b.score).map(({ item }) => item);
}
