import { describe, expect, it } from 'vitest';
import { plain, shownAs } from '../../../activity-bundle/src/main/web/model';

describe('What somebody wrote, as one line', () => {
  it('has names for mentions and none of what Markdown draws with', () => {
    expect(plain('Ready for **Friday**, [@Ana Lima](member:4k2m9x0c)?\n\n- one\n- `two`\n\n```\nthree\n```\n> [four](https://a.example/b_(c)) ![five](https://b.example/x.png)'))
      .toBe('Ready for Friday, @Ana Lima? one two three four five');
  });

  it('keeps what draws nothing', () => {
    expect(plain('a_snake_case * 2 ** 3, 1.5 - 2 # and <b>this</b>')).toBe('a_snake_case * 2 ** 3, 1.5 - 2 # and <b>this</b>');
  });
});

describe('What has no name of its own', () => {
  it('is called as what it is on', () => {
    const app = { ref: 'app:1', name: 'web' };
    expect(shownAs({ ref: 'grant:1', name: 'Ana' }, [app])?.name).toBe('web');
    expect(shownAs({ ref: 'deployment:1', name: 'd1' }, [app])?.name).toBe('web');
    expect(shownAs(app, [])?.name).toBe('web');
  });
});
